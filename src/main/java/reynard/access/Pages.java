package reynard.access;

import java.util.List;
import java.util.Map;

/// The pages an author sees, without scripts.
final class Pages {
    private Pages() {}

    static String login(String next, String csrf, String fault) {
        return page("Log in", """
                <h1>Log in</h1>
                %s<form method="post" action="/login">
                <input type="hidden" name="csrf" value="%s">
                <input type="hidden" name="next" value="%s">
                <p><label for="email">Email address</label><br>
                <input id="email" name="email" type="email" autocomplete="username" required autofocus></p>
                <p><label for="password">Password</label><br>
                <input id="password" name="password" type="password" autocomplete="current-password" required></p>
                <button type="submit">Log in</button>
                </form>
                """.formatted(alert(fault), escape(csrf), escape(next)));
    }

    static String loggedIn(String email, String csrf) {
        return page("Logged in", """
                <h1>You are logged in</h1>
                <p>As %s.</p>
                <form method="post" action="/logout">
                <input type="hidden" name="csrf" value="%s">
                <button type="submit">Log out</button>
                </form>
                """.formatted(escape(email), escape(csrf)));
    }

    /// @param parameters of the request, to be sent again with the answer
    static String consent(
            String app,
            String account,
            String email,
            String rights,
            String destination,
            Map<String, List<String>> parameters,
            String csrf) {
        var fields = new StringBuilder();
        parameters.forEach((name, values) -> values.forEach(value -> fields.append(
                "<input type=\"hidden\" name=\"%s\" value=\"%s\">%n".formatted(escape(name), escape(value)))));
        return page("Let " + app + " in?", """
                <h1>Let %s in?</h1>
                <p>%s wants to %s the account %s. You are logged in as %s.</p>
                <p>It will be told at %s. You can take this back at any time.</p>
                <form method="post" action="/v4/oauth/authorize">
                <input type="hidden" name="csrf" value="%s">
                %s<button type="submit" name="decision" value="allow">Allow</button>
                <button type="submit" name="decision" value="deny">Deny</button>
                </form>
                """.formatted(
                        escape(app),
                        escape(app),
                        rights,
                        escape(account),
                        escape(email),
                        escape(destination),
                        escape(csrf),
                        fields));
    }

    static String refused(String reason) {
        return page("This does not work", """
                <h1>This does not work</h1>
                <p>%s</p>
                """.formatted(escape(reason)));
    }

    private static String alert(String fault) {
        return fault.isEmpty() ? "" : "<p role=\"alert\">" + escape(fault) + "</p>\n";
    }

    private static String page(String title, String main) {
        return """
                <!doctype html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta name="robots" content="noindex">
                <title>%s</title>
                </head>
                <body>
                <main>
                %s</main>
                </body>
                </html>
                """.formatted(escape(title), main);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
