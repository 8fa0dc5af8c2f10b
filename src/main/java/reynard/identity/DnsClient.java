package reynard.identity;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/// Asks a resolver, the system's or a named one.
public final class DnsClient implements Dns {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Resolver resolver;

    /// @param server empty: those of the system
    public DnsClient(Optional<InetSocketAddress> server) {
        this.resolver = server.<Resolver>map(SimpleResolver::new).orElseGet(ExtendedResolver::new);
        resolver.setTimeout(TIMEOUT);
    }

    @Override
    public Answer txt(String name) {
        return ask(name, Type.TXT, record -> String.join("", ((TXTRecord) record).getStrings()));
    }

    @Override
    public Answer mx(String name) {
        var answer = records(name, Type.MX);
        return answer.failure()
                .orElseGet(() -> found(answer.records().stream()
                        .map(MXRecord.class::cast)
                        .sorted(Comparator.comparingInt(MXRecord::getPriority))
                        .map(record -> record.getPriority() + " " + plain(record.getTarget()))
                        .toList()));
    }

    @Override
    public Answer addresses(String name) {
        var four = ask(name, Type.A, record -> ((ARecord) record).getAddress().getHostAddress());
        var six = ask(
                name, Type.AAAA, record -> ((AAAARecord) record).getAddress().getHostAddress());
        if (four instanceof Answer.Failed) {
            return four;
        }
        var both = new ArrayList<>(four.values());
        both.addAll(six.values());
        return both.isEmpty() && six instanceof Answer.Failed ? six : found(both);
    }

    @Override
    public Answer reverse(String address) {
        try {
            return ask(
                    ReverseMap.fromAddress(address).toString(),
                    Type.PTR,
                    record -> plain(((PTRRecord) record).getTarget()));
        } catch (UnknownHostException e) {
            return new Answer.None();
        }
    }

    private static String plain(Name name) {
        var text = name.toString();
        return text.length() > 1 && text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    }

    private Answer ask(String name, int type, Function<Record, String> value) {
        var answer = records(name, type);
        return answer.failure()
                .orElseGet(() -> found(answer.records().stream().map(value).toList()));
    }

    private static Answer found(List<String> values) {
        return values.isEmpty() ? new Answer.None() : new Answer.Found(values);
    }

    private record Records(List<Record> records, Optional<Answer> failure) {}

    private Records records(String name, int type) {
        try {
            var query = Message.newQuery(Record.newRecord(Name.fromString(name, Name.root), type, DClass.IN));
            var reply = resolver.send(query);
            if (reply.getRcode() != Rcode.NOERROR && reply.getRcode() != Rcode.NXDOMAIN) {
                return failed(name + ": " + Rcode.string(reply.getRcode()));
            }
            return new Records(
                    reply.getSection(Section.ANSWER).stream()
                            .filter(record -> record.getType() == type)
                            .toList(),
                    Optional.empty());
        } catch (TextParseException e) {
            return new Records(List.of(), Optional.empty());
        } catch (IOException e) {
            return failed(name + ": " + (e.getMessage() == null ? "no answer" : e.getMessage()));
        }
    }

    private static Records failed(String cause) {
        return new Records(List.of(), Optional.of(new Dns.Answer.Failed(cause)));
    }
}
