package reynard.delivery.smtp;

/// Makes a message ready for the wire as a connection does, for who has no connection.
public final class Wire {
    private Wire() {}

    /// @return how many bytes would be sent
    public static int length(byte[] message) {
        return WireBody.of(message).length();
    }
}
