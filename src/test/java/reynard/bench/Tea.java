package reynard.bench;

/// The email that is measured. A letter of it has a little more than the 4,096 octets of `smtp-source -l 4096`, with
/// five
/// variables and three links that are tracked, in the layout `Plain`.
final class Tea {
    static final String SUBJECT = "Tea for {{ subscriber.first_name }}";
    static final String CONTENT = content();

    private Tea() {}

    private static String content() {
        var content = new StringBuilder();
        for (int i = 0; i < 3; i++) {
            content.append(
                            "<p>Dear {{ subscriber.first_name }} of {{ subscriber.company }} in {{ subscriber.city }}, your"
                                    + " plan {{ subscriber.plan }} and the address {{ subscriber.email_address }} are what this"
                                    + " is about. <a href=\"https://www.example.com/tea/")
                    .append(i)
                    .append(
                            "\">Read on about tea</a>.</p><p>Tea is made of leaves and hot water. Both should be good, and"
                                    + " neither of them hurried.</p>");
        }
        return content.toString();
    }
}
