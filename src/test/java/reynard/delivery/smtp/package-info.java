@NullMarked
package reynard.delivery.smtp;

import org.jspecify.annotations.NullMarked;
