@NullMarked
package reynard.mail;

import org.jspecify.annotations.NullMarked;
