package reynard.template.liquid;

import java.time.Instant;
import java.time.ZoneId;

/// How one template is rendered.
///
/// @param budget what it may use up; hand the same one to every template of an email, and it bounds the whole email
/// @param now what `{{ 'now' | date: … }}` means
/// @param zone where dates without a zone of their own are read and shown
public record RenderOptions(Budget budget, Escaping escaping, Instant now, ZoneId zone) {}
