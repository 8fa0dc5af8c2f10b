/// Liquid, pure: a template's text becomes a tree once, and the tree becomes text many times, within a budget.
/// Data are maps, lists, strings, numbers, booleans and dates; nothing here reads files, clocks of the day or objects.
@NullMarked
package reynard.template.liquid;

import org.jspecify.annotations.NullMarked;
