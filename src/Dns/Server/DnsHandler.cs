using Tiphys.Dns.Forwarding;
using Tiphys.Dns.Source;
using Tiphys.Dns.Wire;
using Tiphys.Dns.Zone;

namespace Tiphys.Dns.Server;

/// <summary>
/// From a client's message to the answer's bytes: the cluster's zone answers for itself, reverse names of the cluster come
/// from it too, everything else is forwarded.
/// </summary>
internal sealed class DnsHandler(ClusterZone zone, IServiceSource source, Forwarder forwarder)
{
    // What is announced to clients, and sent at most whatever they announce: beyond it datagrams are fragmented and lost.
    private const ushort ServerUdpSize = 1232;
    private const int MaxUdpSize = 4096;

    /// <summary>Answers a message; null when it is to be dropped.</summary>
    public async ValueTask<byte[]?> HandleAsync(ReadOnlyMemory<byte> message, bool tcp, CancellationToken cancellationToken)
    {
        var query = DnsQuery.Parse(message.Span, out var error);
        if (query is null)
            return error is { } rcode ? DnsResponseWriter.WriteError(message.Span, rcode) : null;
        var size = MaxSize(query, tcp);
        if (query.Edns is { Version: not 0 })
            return Encode(new DnsResponse(DnsRcode.BadVersion));
        if (query.Question.Class != DnsProtocol.ClassInternet || query.Question.Type is DnsType.AXFR or DnsType.IXFR)
            return Encode(new DnsResponse(DnsRcode.Refused));

        if (query.Question.Name.IsWithin(zone.Domain))
            return Encode(await AnswerZoneAsync(query.Question, cancellationToken).ConfigureAwait(false));
        if (zone.AnswerReverse(query.Question, source.Current) is { } reverse)
            return Encode(reverse);

        var (response, failure) = await forwarder.ForwardAsync(message, query, tcp, cancellationToken).ConfigureAwait(false);
        if (response is null)
            return Encode(new DnsResponse(failure));
        // Larger than this client takes (it may have been fetched for another): it shall come back over TCP.
        return response.Length <= size ? response : Encode(new DnsResponse((DnsRcode)(response[3] & 0x0f)) { Truncated = true });

        byte[] Encode(DnsResponse answer) => DnsResponseWriter.Write(query, answer, size, ServerUdpSize);
    }

    private static int MaxSize(DnsQuery query, bool tcp)
    {
        if (tcp)
            return DnsProtocol.MaxMessageSize;
        return query.Edns is { } edns ? Math.Clamp((int)edns.UdpSize, DnsProtocol.MinUdpSize, MaxUdpSize) : DnsProtocol.MinUdpSize;
    }

    private async ValueTask<DnsResponse> AnswerZoneAsync(DnsQuestion question, CancellationToken cancellationToken)
    {
        var synced = source.HasSynced;
        var snapshot = source.Current;
        var (response, alias) = zone.Answer(question, snapshot);
        // Before the cluster is known, "does not exist" would be a lie that clients remember.
        if (!synced && response.Rcode == DnsRcode.NameError)
            return new DnsResponse(DnsRcode.ServerFailure);
        if (alias is not null)
        {
            var rest = await forwarder.ResolveAsync(alias, question.Type, cancellationToken).ConfigureAwait(false);
            if (rest is null)
                return new DnsResponse(DnsRcode.ServerFailure);
            response = response with { Answers = [.. response.Answers, .. rest] };
        }
        return response.Answers.Count > 1 && question.Type is DnsType.A or DnsType.AAAA ? Shuffled(response) : response;
    }

    // Clients take the first address; the order spreads them. Aliases stay in front, as resolvers expect.
    private static DnsResponse Shuffled(DnsResponse response)
    {
        var addresses = response.Answers.Where(r => r is AddressRecord).ToArray();
        Random.Shared.Shuffle(addresses);
        return response with { Answers = [.. response.Answers.Where(r => r is not AddressRecord), .. addresses] };
    }
}
