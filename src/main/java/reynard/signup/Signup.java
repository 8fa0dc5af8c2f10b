package reynard.signup;

import java.time.Instant;
import java.util.Optional;
import reynard.id.FormId;
import reynard.id.SignupId;
import reynard.id.SubscriberId;

/// Somebody who has been asked by mail whether they want to join by a form.
///
/// @param token names it in the link of that mail
/// @param countedAs the address as limits count it
/// @param firstName a stranger's words until it is confirmed
/// @param textShown empty when no form was shown: a program has added them
record Signup(
        SignupId id,
        FormId form,
        SubscriberId subscriber,
        String token,
        String countedAs,
        Optional<String> firstName,
        Optional<String> referrer,
        Optional<String> page,
        Optional<String> textShown,
        Optional<String> clientAddress,
        Optional<String> userAgent,
        Instant askedAt,
        Optional<Instant> confirmedAt) {}
