/// Asked before and after: why someone gets an email or not, what goes out in the next days, what an edit would do.
@NullMarked
package reynard.foresight;

import org.jspecify.annotations.NullMarked;
