@NullMarked
package reynard.cli;

import org.jspecify.annotations.NullMarked;
