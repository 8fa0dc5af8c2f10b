/// Who owns everything: settings, API keys, sending addresses, time zone.
@NullMarked
package reynard.account;

import org.jspecify.annotations.NullMarked;
