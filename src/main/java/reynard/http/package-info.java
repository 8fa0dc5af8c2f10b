/// Server, routes, authentication, JSON, errors and cursors: what every endpoint stands on.
@NullMarked
package reynard.http;

import org.jspecify.annotations.NullMarked;
