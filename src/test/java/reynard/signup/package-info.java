/// Forms, in a browser and without one.
@NullMarked
package reynard.signup;

import org.jspecify.annotations.NullMarked;
