/// The workplace, page by page.
@NullMarked
package reynard.ui;

import org.jspecify.annotations.NullMarked;
