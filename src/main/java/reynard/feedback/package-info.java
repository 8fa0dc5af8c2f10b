/// What others report of an email after it was sent: bounces, complaints and answers of machines, by mail or from a
/// provider. Pure: bytes in, [Report]s out.
@NullMarked
package reynard.feedback;

import org.jspecify.annotations.NullMarked;
