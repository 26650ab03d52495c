using Tiphys.Dns.Zone;

namespace Tiphys.Dns.Source;

/// <summary>Where the zone's content comes from.</summary>
public interface IServiceSource
{
    /// <summary>False until the whole cluster has been seen once; a name not found before that may well exist.</summary>
    bool HasSynced { get; }

    /// <summary>The cluster as known now.</summary>
    ClusterSnapshot Current { get; }
}
