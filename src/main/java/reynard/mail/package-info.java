/// Pure values of mail: addresses, headers, messages, and the bytes they become. No clock, no randomness, no
/// I/O.
@NullMarked
package reynard.mail;

import org.jspecify.annotations.NullMarked;
