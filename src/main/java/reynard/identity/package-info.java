/// Who we are when we send: the keys that sign, the address that bounces come back to, and what DNS says of a domain.
@NullMarked
package reynard.identity;

import org.jspecify.annotations.NullMarked;
