/// Numbers over a time: what an account has sent, how it has grown, what one reader did.
@NullMarked
package reynard.report;

import org.jspecify.annotations.NullMarked;
