namespace Tiphys.Dns.Wire;

/// <summary>Record types this server knows by name; any other number passes through it untouched.</summary>
public enum DnsType : ushort
{
    /// <summary>IPv4 address.</summary>
    A = 1,

    /// <summary>Name server of a zone.</summary>
    NS = 2,

    /// <summary>The name is an alias.</summary>
    CNAME = 5,

    /// <summary>Head of a zone.</summary>
    SOA = 6,

    /// <summary>Name of an address.</summary>
    PTR = 12,

    /// <summary>Mail exchange.</summary>
    MX = 15,

    /// <summary>Text.</summary>
    TXT = 16,

    /// <summary>IPv6 address.</summary>
    AAAA = 28,

    /// <summary>Host and port of a service.</summary>
    SRV = 33,

    /// <summary>EDNS pseudo record.</summary>
    OPT = 41,

    /// <summary>Incremental zone transfer; only asked for.</summary>
    IXFR = 251,

    /// <summary>Zone transfer; only asked for.</summary>
    AXFR = 252,

    /// <summary>Any type; only asked for.</summary>
    ANY = 255,
}

/// <summary>Outcomes of a query.</summary>
public enum DnsRcode
{
    /// <summary>NOERROR.</summary>
    NoError = 0,

    /// <summary>FORMERR: the query cannot be read.</summary>
    FormatError = 1,

    /// <summary>SERVFAIL: no answer could be had.</summary>
    ServerFailure = 2,

    /// <summary>NXDOMAIN: the name does not exist.</summary>
    NameError = 3,

    /// <summary>NOTIMP: the operation is unknown.</summary>
    NotImplemented = 4,

    /// <summary>REFUSED.</summary>
    Refused = 5,

    /// <summary>BADVERS: the EDNS version is unknown.</summary>
    BadVersion = 16,
}

/// <summary>Numbers of the protocol.</summary>
internal static class DnsProtocol
{
    public const int HeaderSize = 12;
    public const ushort ClassInternet = 1;
    public const int MinUdpSize = 512;
    public const int MaxMessageSize = 65535;
    public const int MaxNameLength = 255;
    public const int MaxLabelLength = 63;
}
