/// What tests share: real servers with a script, and values to send through them.
@NullMarked
package reynard.testing;

import org.jspecify.annotations.NullMarked;
