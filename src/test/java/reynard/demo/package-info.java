@NullMarked
package reynard.demo;

import org.jspecify.annotations.NullMarked;
