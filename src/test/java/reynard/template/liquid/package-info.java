/// The tests of Liquid.
@NullMarked
package reynard.template.liquid;

import org.jspecify.annotations.NullMarked;
