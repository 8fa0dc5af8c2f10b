/// What the API is: its OpenAPI document, and the pages that show it.
@NullMarked
package reynard.reference;

import org.jspecify.annotations.NullMarked;
