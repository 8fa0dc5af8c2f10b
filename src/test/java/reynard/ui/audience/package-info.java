/// Pages about segments, tags and custom fields, looked at.
@NullMarked
package reynard.ui.audience;

import org.jspecify.annotations.NullMarked;
