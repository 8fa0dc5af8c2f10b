/// Why an account may write to somebody: what they agreed to, when, and how that can be shown.
@NullMarked
package reynard.consent;

import org.jspecify.annotations.NullMarked;
