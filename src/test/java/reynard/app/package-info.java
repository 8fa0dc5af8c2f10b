@NullMarked
package reynard.app;

import org.jspecify.annotations.NullMarked;
