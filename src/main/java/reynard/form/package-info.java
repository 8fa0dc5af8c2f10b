/// The ways in: forms and landing pages, who came by them, and from where.
@NullMarked
package reynard.form;

import org.jspecify.annotations.NullMarked;
