/// The newest tz database at hand: time zones change with weeks of notice, a JDK is updated twice a year.
@NullMarked
package reynard.tzdata;

import org.jspecify.annotations.NullMarked;
