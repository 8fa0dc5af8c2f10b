package reynard.delivery.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator.ReplaceUnderscores;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisplayNameGeneration(ReplaceUnderscores.class)
class ReplyClassTest {

    @ParameterizedTest(name = "{0}: {1} is {2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            RCPT     | 550 5.1.1 The email account that you tried to reach does not exist.                        | HARD_RECIPIENT
            RCPT     | 550 5.1.1 <reader@example.org>: Recipient address rejected: User unknown in local table    | HARD_RECIPIENT
            RCPT     | 550 5.1.2 Bad destination host                                                             | HARD_RECIPIENT
            RCPT     | 553 5.1.3 The recipient address is not a valid RFC 5321 address                            | HARD_RECIPIENT
            RCPT     | 551 5.1.6 Mailbox has moved                                                                | HARD_RECIPIENT
            RCPT     | 550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found by SMTP address lookup               | HARD_RECIPIENT
            RCPT     | 550 5.2.1 The email account that you tried to reach is disabled                            | HARD_RECIPIENT
            RCPT     | 550 5.4.4 Host not found                                                                   | HARD_RECIPIENT
            RCPT     | 550 5.4.1 Recipient address rejected: Access denied.                                       | HARD_RECIPIENT
            RCPT     | 550 5.4.310 DNS domain example.invalid does not exist                                      | HARD_RECIPIENT
            RCPT     | 550 5.7.17 Mailbox owner has changed                                                       | HARD_RECIPIENT
            RCPT     | 550 No such user here                                                                      | HARD_RECIPIENT
            RCPT     | 550 Unknown user                                                                           | HARD_RECIPIENT
            RCPT     | 550 5.5.0 user unknown                                                                     | HARD_RECIPIENT
            DOT      | 550 5.1.1 User unknown; rejecting                                                          | HARD_RECIPIENT
            RCPT     | 550 Requested action not taken: mailbox unavailable                                        | HARD_UNSURE
            RCPT     | 550 Rejected                                                                               | HARD_UNSURE
            RCPT     | 551 User not local                                                                         | HARD_UNSURE
            RCPT     | 553 sorry, that domain is not in my list of allowed rcpthosts                              | HARD_UNSURE
            RCPT     | 554 delivery error: dd This account is temporarily unavailable                             | HARD_UNSURE
            RCPT     | 599 no                                                                                     | HARD_UNSURE
            RCPT     | 550 5.1.0 Address rejected.                                                                | HARD_UNSURE
            RCPT     | 550 #5.1.0 Address rejected.                                                               | HARD_UNSURE
            RCPT     | 550 5.2.0 Rejected                                                                         | HARD_UNSURE
            RCPT     | 550 5.5.0 Requested action not taken: mailbox unavailable                                  | HARD_UNSURE
            RCPT     | 550 5.7.133 Sender not authenticated for group                                             | HARD_UNSURE
            RCPT     | 550 5.7.1 No such user                                                                     | HARD_UNSURE
            RCPT     | 550 5.4.6 Routing loop detected                                                            | HARD_UNSURE
            RCPT     | 552 5.2.2 The email account that you tried to reach is over quota and inactive.            | SOFT_RECIPIENT
            RCPT     | 452 4.2.2 The email account that you tried to reach is over quota                          | SOFT_RECIPIENT
            RCPT     | 450 4.2.1 The user you are trying to contact is receiving mail too quickly                 | SOFT_RECIPIENT
            RCPT     | 550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents it  | SOFT_RECIPIENT
            RCPT     | 552 Requested mail action aborted: exceeded storage allocation                             | SOFT_RECIPIENT
            RCPT     | 452 mailbox full                                                                           | SOFT_RECIPIENT
            RCPT     | 451 4.2.0 Mailbox busy                                                                     | SOFT_RECIPIENT
            DOT      | 552 5.2.2 Mailbox full                                                                     | SOFT_RECIPIENT
            GREETING | 421 Too many concurrent SMTP connections; please try again later.                          | THROTTLE
            GREETING | 450 come back later                                                                        | THROTTLE
            MAIL     | 421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to user complaints      | THROTTLE
            MAIL     | 421 4.7.28 Our system has detected an unusual rate of unsolicited mail                     | THROTTLE
            MAIL     | 451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited                  | THROTTLE
            MAIL     | 451 4.7.500 Server busy. Please try again later                                            | THROTTLE
            RCPT     | 450 4.2.1 Slow down, please                                                                | THROTTLE
            RCPT     | 450 4.2.1 Try later                                                                        | THROTTLE
            RCPT     | 452 4.5.3 Too many recipients                                                              | THROTTLE
            RCPT     | 451 4.7.1 Please try again later                                                           | THROTTLE
            DOT      | 454 Throttling failure: Maximum sending rate exceeded.                                     | THROTTLE
            DOT      | 421 4.4.2 Closing                                                                          | THROTTLE
            GREETING | 554 5.7.1 Your access has been rejected due to poor reputation                             | SENDER_FAULT
            GREETING | 554 No SMTP service here                                                                   | SENDER_FAULT
            EHLO     | 550 Access denied, bad HELO                                                                | SENDER_FAULT
            AUTH     | 535 5.7.8 Authentication credentials invalid                                               | SENDER_FAULT
            AUTH     | 504 5.5.4 Unrecognized authentication type                                                 | SENDER_FAULT
            MAIL     | 530 5.7.0 Must issue a STARTTLS command first                                              | SENDER_FAULT
            MAIL     | 530 5.7.1 Authentication required                                                          | SENDER_FAULT
            MAIL     | 550 5.1.8 Sender address rejected: Domain not found                                        | SENDER_FAULT
            MAIL     | 553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.1                           | SENDER_FAULT
            MAIL     | 550 Sender verify failed                                                                   | SENDER_FAULT
            RCPT     | 450 4.1.8 <author@example.org>: Sender address rejected: Domain not found                  | SENDER_FAULT
            RCPT     | 450 4.7.1 <mail.example.org>: Helo command rejected: Host not found                        | SENDER_FAULT
            RCPT     | 421 4.7.26 This mail has been rate limited because it is unauthenticated                   | SENDER_FAULT
            RCPT     | 550 5.7.1 Unable to relay                                                                  | SENDER_FAULT
            RCPT     | 554 5.7.1 <reader@example.org>: Relay access denied                                        | SENDER_FAULT
            RCPT     | 550 relay not permitted                                                                    | SENDER_FAULT
            RCPT     | 554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org      | SENDER_FAULT
            RCPT     | 550 5.7.515 Access denied, sending domain example.org does not meet the required level     | SENDER_FAULT
            DOT      | 550 5.7.26 This mail has been blocked because the sender is unauthenticated                | SENDER_FAULT
            DOT      | 550 5.7.1 Email rejected per DMARC policy for example.org                                  | SENDER_FAULT
            DOT      | 450 4.7.27 SPF did not pass                                                                | SENDER_FAULT
            DATA     | 554 Transaction failed                                                                     | SENDER_FAULT
            DOT      | 550 5.7.1 Our system has detected that this message is likely unsolicited mail             | CONTENT_FAULT
            DOT      | 552 5.7.0 This message was blocked because its content presents a security issue           | CONTENT_FAULT
            DOT      | 554 5.7.1 Spam message rejected                                                            | CONTENT_FAULT
            DOT      | 554 Message not allowed - [PH01] Email not accepted for policy reasons                     | CONTENT_FAULT
            DOT      | 550 5.2.0 rejected, see ofr_506 [506]                                                      | CONTENT_FAULT
            RCPT     | 550 5.2.0 rejected, see ofr_506 [506]                                                      | CONTENT_FAULT
            DOT      | 550 5.6.0 Lone CR or LF in body                                                            | CONTENT_FAULT
            DOT      | 554 Transaction failed                                                                     | CONTENT_FAULT
            DOT      | 552 message exceeds fixed maximum message size                                             | CONTENT_FAULT
            MAIL     | 552 5.3.4 Message size exceeds fixed limit                                                 | CONTENT_FAULT
            MAIL     | 552 too large                                                                              | CONTENT_FAULT
            MAIL     | 501 5.5.4 Syntax: MAIL FROM:<address>                                                      | OURS
            MAIL     | 503 5.5.1 Error: send HELO/EHLO first                                                      | OURS
            RCPT     | 503 5.5.1 Error: need MAIL command                                                         | OURS
            RCPT     | 501 Syntax error in parameters                                                             | OURS
            DATA     | 500 Command unrecognized                                                                   | OURS
            EHLO     | 501 Invalid domain name                                                                    | OURS
            RCPT     | 450 4.2.0 <reader@example.org>: Recipient address rejected: Greylisted, see postgrey       | SOFT_OTHER
            RCPT     | 451 4.7.1 Greylisting in action, please come back later                                    | SOFT_OTHER
            AUTH     | 454 4.7.0 Temporary authentication failure                                                 | SOFT_OTHER
            STARTTLS | 454 TLS not available due to temporary reason                                              | SOFT_OTHER
            MAIL     | 452 4.3.1 Insufficient system storage                                                      | SOFT_OTHER
            RCPT     | 450 4.1.1 unverified address: Address verification in progress                             | SOFT_OTHER
            RCPT     | 450 4.4.1 Connection timed out                                                             | SOFT_OTHER
            RCPT     | 499 something new                                                                          | SOFT_OTHER
            DATA     | 451 Requested action aborted: local error in processing                                    | SOFT_OTHER
            DOT      | 451 4.3.0 Temporary lookup failure                                                         | SOFT_OTHER
            """)
    void a_refusal_is_blamed_on(Stage stage, String reply, ReplyClass expected) {
        int code = Integer.parseInt(reply.substring(0, 3));

        assertThat(ReplyClass.of(stage, Reply.of(code, reply.substring(4)))).isEqualTo(expected);
    }
}
