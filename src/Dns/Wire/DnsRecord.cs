using System.Net;

namespace Tiphys.Dns.Wire;

/// <summary>A resource record of the Internet class.</summary>
/// <param name="Name">Its owner.</param>
/// <param name="Ttl">How long it may be cached, in seconds.</param>
public abstract record DnsRecord(DnsName Name, uint Ttl)
{
    /// <summary>Its type.</summary>
    public abstract DnsType Type { get; }
}

/// <summary>An A or AAAA record, after the address's family.</summary>
public sealed record AddressRecord(DnsName Name, uint Ttl, IPAddress Address) : DnsRecord(Name, Ttl)
{
    /// <inheritdoc/>
    public override DnsType Type => Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? DnsType.AAAA : DnsType.A;
}

/// <summary>A CNAME, PTR or NS record.</summary>
public sealed record NameRecord(DnsName Name, uint Ttl, DnsType Kind, DnsName Target) : DnsRecord(Name, Ttl)
{
    /// <inheritdoc/>
    public override DnsType Type => Kind;
}

/// <summary>An SRV record.</summary>
public sealed record SrvRecord(DnsName Name, uint Ttl, ushort Priority, ushort Weight, ushort Port, DnsName Target) : DnsRecord(Name, Ttl)
{
    /// <inheritdoc/>
    public override DnsType Type => DnsType.SRV;
}

/// <summary>A TXT record of one string.</summary>
public sealed record TxtRecord(DnsName Name, uint Ttl, string Text) : DnsRecord(Name, Ttl)
{
    /// <inheritdoc/>
    public override DnsType Type => DnsType.TXT;
}

/// <summary>The SOA record of a zone.</summary>
public sealed record SoaRecord(
    DnsName Name, uint Ttl, DnsName PrimaryServer, DnsName Mailbox, uint Serial, uint Refresh, uint Retry, uint Expire, uint Minimum)
    : DnsRecord(Name, Ttl)
{
    /// <inheritdoc/>
    public override DnsType Type => DnsType.SOA;
}
