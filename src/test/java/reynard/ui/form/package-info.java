/// Pages about forms, looked at.
@NullMarked
package reynard.ui.form;

import org.jspecify.annotations.NullMarked;
