namespace Tiphys.Storage.Etcd;

/// <summary>How the store is served over etcd's API.</summary>
public sealed record EtcdOptions
{
    /// <summary>The version told to clients: that of the etcd whose API is served. kube-apiserver derives from it what it may ask for.</summary>
    public const string Version = "3.6.0";

    /// <summary>The member's human-readable name; its id is derived from it.</summary>
    public string Name { get; init; } = "default";

    /// <summary>Where clients reach the member, as told in the list of members.</summary>
    public IReadOnlyList<string> AdvertiseClientUrls { get; init; } = [];

    /// <summary>Bytes a write request may have.</summary>
    public int MaxRequestBytes { get; init; } = 3 * 512 * 1024;

    /// <summary>The most comparisons, and the most operations of a branch, a transaction may have.</summary>
    public int MaxTxnOperations { get; init; } = 128;

    /// <summary>Bytes of disk beyond which puts are refused until the NOSPACE alarm is disarmed; 0 for no such limit.</summary>
    public long QuotaBytes { get; init; }

    /// <summary>The shortest time to live of a lease; shorter ones are lengthened. The default is that of etcd with its own defaults.</summary>
    public TimeSpan MinLeaseTtl { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The clock of deadlines.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
