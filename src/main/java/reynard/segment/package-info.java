/// Saved questions about subscribers, compiled to SQL.
@NullMarked
package reynard.segment;

import org.jspecify.annotations.NullMarked;
