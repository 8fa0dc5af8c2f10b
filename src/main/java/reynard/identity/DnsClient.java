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
import java.util.stream.Stream;
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
import org.xbill.DNS.SOARecord;
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
                .orElseGet(() -> found(
                        answer.records().stream()
                                .map(MXRecord.class::cast)
                                .sorted(Comparator.comparingInt(MXRecord::getPriority))
                                .map(record -> record.getPriority() + " " + plain(record.getTarget()))
                                .toList(),
                        answer.ttl()));
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
        if (both.isEmpty()) {
            return six instanceof Answer.Failed ? six : found(both, shorter(four.ttl(), six.ttl()));
        }
        // That there is none of the other kind says nothing of those that there are.
        return found(
                both,
                Stream.of(four, six)
                        .filter(Answer.Found.class::isInstance)
                        .map(Answer::ttl)
                        .min(Duration::compareTo)
                        .orElseThrow());
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
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
                .orElseGet(() -> found(answer.records().stream().map(value).toList(), answer.ttl()));
    }

    private static Answer found(List<String> values, Duration ttl) {
        return values.isEmpty() ? new Answer.None(ttl) : new Answer.Found(values, ttl);
    }

    private record Records(List<Record> records, Duration ttl, Optional<Answer> failure) {}

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
                    ttl(reply),
                    Optional.empty());
        } catch (TextParseException e) {
            return new Records(List.of(), Duration.ZERO, Optional.empty());
        } catch (IOException e) {
            return failed(name + ": " + (e.getMessage() == null ? "no answer" : e.getMessage()));
        }
    }

    /// The shortest of all records that led there; of an answer without any, what its zone says of those (RFC 2308, 5).
    private static Duration ttl(Message reply) {
        var answers = reply.getSection(Section.ANSWER);
        var seconds = answers.isEmpty()
                ? reply.getSection(Section.AUTHORITY).stream()
                        .filter(SOARecord.class::isInstance)
                        .mapToLong(soa -> Math.min(soa.getTTL(), ((SOARecord) soa).getMinimum()))
                        .min()
                : answers.stream().mapToLong(Record::getTTL).min();
        return Duration.ofSeconds(seconds.orElse(0));
    }

    private static Records failed(String cause) {
        return new Records(List.of(), Duration.ZERO, Optional.of(new Dns.Answer.Failed(cause)));
    }
}
