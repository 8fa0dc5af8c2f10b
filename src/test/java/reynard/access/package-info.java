@NullMarked
package reynard.access;

import org.jspecify.annotations.NullMarked;
