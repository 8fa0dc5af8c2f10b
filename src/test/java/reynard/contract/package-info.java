/// What clients of Kit's API rely on, operation by operation: keys, types, statuses, faults, pages.
@NullMarked
package reynard.contract;

import org.jspecify.annotations.NullMarked;
