/// The ways in for people with a browser: forms, what they show and do, and the confirmation by mail.
@NullMarked
package reynard.signup;

import org.jspecify.annotations.NullMarked;
