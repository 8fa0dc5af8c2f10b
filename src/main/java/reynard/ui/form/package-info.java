/// Pages about the ways in: forms and landing pages.
@NullMarked
package reynard.ui.form;

import org.jspecify.annotations.NullMarked;
