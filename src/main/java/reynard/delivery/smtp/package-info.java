/// The SMTP client: hands one message to one relay and says exactly what became of it (RFC 5321).
///
/// Plain blocking sockets, one virtual thread per connection. [SmtpConnection] opens and speaks,
/// [SmtpTransaction] divides a send at the final dot, [SendOutcome] is what can come of it, [ReplyClass] is
/// whose fault a refusal is. Nothing here logs.
@NullMarked
package reynard.delivery.smtp;

import org.jspecify.annotations.NullMarked;
