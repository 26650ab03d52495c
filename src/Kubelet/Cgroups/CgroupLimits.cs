namespace Tiphys.Kubelet.Cgroups;

/// <summary>What a cgroup may use. Null leaves a figure as it is.</summary>
internal sealed record CgroupLimits
{
    private const int MinShares = 2;
    private const int MaxShares = 262144;
    private const int SharesPerCpu = 1024;
    private const int MilliPerCpu = 1000;
    private const int MinQuota = 1000;

    /// <summary>The length of the period a CPU quota counts in, in microseconds.</summary>
    public const int DefaultPeriod = 100_000;

    /// <summary>The relative share of CPU time, 1024 per requested CPU.</summary>
    public long? CpuShares { get; init; }

    /// <summary>CPU time per period in microseconds; -1 for no limit.</summary>
    public long? CpuQuota { get; init; }

    /// <summary>The most memory, in bytes; -1 for no limit.</summary>
    public long? MemoryBytes { get; init; }

    /// <summary>The most processes and threads; -1 for no limit.</summary>
    public long? Pids { get; init; }

    /// <summary>Shares for a CPU request in thousandths.</summary>
    public static long SharesFor(long milliCpu) =>
        milliCpu == 0 ? MinShares : Math.Clamp(milliCpu * SharesPerCpu / MilliPerCpu, MinShares, MaxShares);

    /// <summary>The quota for a CPU limit in thousandths; zero when there is no limit.</summary>
    public static long QuotaFor(long milliCpu, long period = DefaultPeriod) =>
        milliCpu == 0 ? 0 : Math.Max(MinQuota, milliCpu * period / MilliPerCpu);

    /// <summary>The cgroup v2 weight that corresponds to shares.</summary>
    public static long WeightFor(long shares) =>
        shares >= MaxShares ? 10_000 : 1 + ((Math.Max(shares, MinShares) - MinShares) * 9999 / (MaxShares - MinShares));
}
