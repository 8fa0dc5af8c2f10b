/// Where an author works: pages made on the server, over the same front doors that the API uses. This room is what all
/// of them share.
@NullMarked
package reynard.ui;

import org.jspecify.annotations.NullMarked;
