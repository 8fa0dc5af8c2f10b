/// DKIM signatures: who answers for a message, provable by a record in DNS (RFC 6376, RFC 8463).
@NullMarked
package reynard.mail.dkim;

import org.jspecify.annotations.NullMarked;
