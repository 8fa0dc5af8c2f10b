/// How a sequence behaves, driven from outside: the names of these tests are its specification.
@NullMarked
package reynard.scenario;

import org.jspecify.annotations.NullMarked;
