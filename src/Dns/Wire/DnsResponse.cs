namespace Tiphys.Dns.Wire;

/// <summary>An answer before it is put on the wire.</summary>
public sealed record DnsResponse(DnsRcode Rcode)
{
    /// <summary>The server answers for the zone itself.</summary>
    public bool Authoritative { get; init; }

    /// <summary>Something is missing already, whatever fits.</summary>
    public bool Truncated { get; init; }

    /// <summary>Answers.</summary>
    public IReadOnlyList<DnsRecord> Answers { get; init; } = [];

    /// <summary>The authority section: the SOA that says how long a missing name may be believed missing.</summary>
    public IReadOnlyList<DnsRecord> Authority { get; init; } = [];

    /// <summary>Records the client is likely to ask for next.</summary>
    public IReadOnlyList<DnsRecord> Additional { get; init; } = [];
}
