package reynard.tracking;

/// The pages a reader sees, without scripts and readable aloud.
final class Pages {
    private Pages() {}

    static String ask(String account) {
        return page("Unsubscribe", """
                <h1>Leave %s?</h1>
                <p>You will get no further email from %s.</p>
                <form method="post"><button type="submit">Unsubscribe</button></form>
                """.formatted(escape(account), escape(account)));
    }

    static String done(String account) {
        return page("Unsubscribed", """
                <h1>You are unsubscribed</h1>
                <p>%s will send you no further email.</p>
                """.formatted(escape(account)));
    }

    static String unknown() {
        return page("Unknown link", """
                <h1>This link is not known here</h1>
                <p>Please use the link from the email itself.</p>
                """);
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
                """.formatted(title, main);
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
