package reynard.identity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Master;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/// A DNS server on loopback that says what a zone file says, and fails for the names that it is told to fail for.
public final class ScriptedDns implements AutoCloseable {
    private final DatagramSocket socket;
    private final Set<Record> records = ConcurrentHashMap.newKeySet();
    private final Set<String> failing = ConcurrentHashMap.newKeySet();
    private final Thread serving;

    private ScriptedDns() throws IOException {
        socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        serving = Thread.ofPlatform().name("scripted-dns").start(this::serve);
    }

    public static ScriptedDns start() {
        try {
            return new ScriptedDns();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The lines of a zone file, with absolute names.
    public ScriptedDns zone(String lines) {
        records.clear();
        failing.clear();
        try (var master = new Master(
                new java.io.ByteArrayInputStream(lines.getBytes(java.nio.charset.StandardCharsets.US_ASCII)),
                Name.root,
                60)) {
            for (var record = master.nextRecord(); record != null; record = master.nextRecord()) {
                records.add(record);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    public void fails(String name) {
        failing.add(name);
    }

    String address() {
        return "127.0.0.1:" + socket.getLocalPort();
    }

    public java.net.InetSocketAddress socketAddress() {
        return new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
    }

    private void serve() {
        var buffer = new byte[4_096];
        while (!socket.isClosed()) {
            try {
                var packet = new DatagramPacket(buffer, buffer.length);
                socket.receive(packet);
                var answer = answer(new Message(java.util.Arrays.copyOf(buffer, packet.getLength())))
                        .toWire(65_000);
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private Message answer(Message query) {
        var question = query.getQuestion();
        var reply = new Message(query.getHeader().getID());
        reply.getHeader().setFlag(Flags.QR);
        reply.addRecord(question, Section.QUESTION);
        if (failing.contains(question.getName().toString(true))) {
            reply.getHeader().setRcode(Rcode.SERVFAIL);
            return reply;
        }
        var name = question.getName();
        boolean known = false;
        for (var record : records) {
            if (record.getName().equals(name)) {
                known = true;
                if (record.getType() == question.getType() && record.getDClass() == DClass.IN) {
                    reply.addRecord(record, Section.ANSWER);
                }
            }
        }
        reply.getHeader().setRcode(known || question.getType() == Type.PTR ? Rcode.NOERROR : Rcode.NXDOMAIN);
        return reply;
    }

    @Override
    public void close() {
        socket.close();
        try {
            serving.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
