using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.Kubelet.Nodes;

/// <summary>What this machine is and has.</summary>
internal static class MachineInfo
{
    // Upstream's default hard eviction thresholds, which pods cannot use.
    private const long MemoryKept = 100L * 1024 * 1024;
    private const decimal DiskKept = 0.10m;

    public static NodeSystemInfo SystemInfo(string runtimeVersion, string kubeletVersion) => new()
    {
        MachineID = ReadLine("/etc/machine-id", "/var/lib/dbus/machine-id"),
        SystemUUID = ReadLine("/sys/class/dmi/id/product_uuid", "/proc/sys/kernel/random/boot_id"),
        BootID = ReadLine("/proc/sys/kernel/random/boot_id"),
        KernelVersion = ReadLine("/proc/sys/kernel/osrelease"),
        OsImage = OsImage(),
        ContainerRuntimeVersion = runtimeVersion,
        KubeletVersion = kubeletVersion,
        OperatingSystem = "linux",
        Architecture = Architecture,
    };

    /// <summary>The architecture by the name images use.</summary>
    public static string Architecture => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        var other => other.ToString().ToLowerInvariant(),
    };

    /// <summary>All memory, in bytes.</summary>
    public static long Memory => ReadMemory("MemTotal");

    /// <summary>Memory that could be used without pushing anything out, in bytes.</summary>
    public static long MemoryAvailable => ReadMemory("MemAvailable");

    public static Dictionary<string, Quantity> Capacity(KubeletOptions options)
    {
        var disk = new DriveInfo(Existing(options.RootDirectory)).TotalSize;
        var capacity = new Dictionary<string, Quantity>(StringComparer.Ordinal)
        {
            [ResourceName.Cpu] = new Quantity(Environment.ProcessorCount),
            [ResourceName.Memory] = Quantity.Parse(string.Create(CultureInfo.InvariantCulture, $"{Memory / 1024}Ki")),
            [ResourceName.EphemeralStorage] = Quantity.Parse(string.Create(CultureInfo.InvariantCulture, $"{disk / 1024}Ki")),
            [ResourceName.Pods] = new Quantity(options.MaxPods),
        };
        if (!Directory.Exists("/sys/kernel/mm/hugepages")) return capacity;
        foreach (var size in Directory.EnumerateDirectories("/sys/kernel/mm/hugepages", "hugepages-*kB"))
        {
            var kilobytes = long.Parse(Path.GetFileName(size)["hugepages-".Length..^2], CultureInfo.InvariantCulture);
            var count = long.Parse(ReadLine(Path.Combine(size, "nr_hugepages")), CultureInfo.InvariantCulture);
            capacity[ResourcePrefix.HugePages + Quantity.FromBytes(kilobytes * 1024)] = Quantity.FromBytes(count * kilobytes * 1024);
        }
        return capacity;
    }

    /// <summary>The part of the capacity pods may use.</summary>
    public static Dictionary<string, Quantity> Allocatable(KubeletOptions options, IReadOnlyDictionary<string, Quantity> capacity)
    {
        var allocatable = new Dictionary<string, Quantity>(capacity, StringComparer.Ordinal);
        foreach (var (resource, text) in options.Reserved)
        {
            if (!allocatable.TryGetValue(resource, out var whole)) continue;
            var left = whole - Quantity.Parse(text);
            allocatable[resource] = left < Quantity.Zero ? Quantity.Zero : left;
        }
        var memory = allocatable[ResourceName.Memory].Value - MemoryKept;
        allocatable[ResourceName.Memory] = Quantity.Parse(string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, memory / 1024)}Ki"));
        allocatable[ResourceName.EphemeralStorage] = new Quantity((long)(allocatable[ResourceName.EphemeralStorage].Amount * (1 - DiskKept)));
        return allocatable;
    }

    /// <summary>The node's own addresses: of the interface with the default route if there is one.</summary>
    public static IReadOnlyList<string> Addresses(KubeletOptions options)
    {
        if (options.NodeAddresses.Count > 0) return options.NodeAddresses;
        var usable = NetworkInterface.GetAllNetworkInterfaces()
            .Where(i => i.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown && i.NetworkInterfaceType != NetworkInterfaceType.Loopback &&
                i.Name != options.BridgeName && !i.Name.StartsWith("veth", StringComparison.Ordinal) && !i.Name.StartsWith("docker", StringComparison.Ordinal))
            .OrderByDescending(i => i.Name == DefaultInterface());
        foreach (var candidate in usable)
        {
            var address = candidate.GetIPProperties().UnicastAddresses.Select(a => a.Address)
                .FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork);
            if (address is not null) return [address.ToString()];
        }
        return [IPAddress.Loopback.ToString()];
    }

    private static string? DefaultInterface() => File.Exists("/proc/net/route")
        ? File.ReadLines("/proc/net/route").Select(l => l.Split('\t')).FirstOrDefault(f => f is [_, "00000000", ..])?[0]
        : null;

    private static long ReadMemory(string field)
    {
        var line = File.ReadLines("/proc/meminfo").First(l => l.StartsWith(field + ":", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    private static string OsImage()
    {
        var line = File.Exists("/etc/os-release")
            ? File.ReadLines("/etc/os-release").FirstOrDefault(l => l.StartsWith("PRETTY_NAME=", StringComparison.Ordinal))
            : null;
        return line?["PRETTY_NAME=".Length..].Trim('"') ?? "Linux";
    }

    private static string ReadLine(params string[] files)
    {
        foreach (var file in files)
        {
            try
            {
                return File.ReadAllText(file).Trim();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // The next place, then.
            }
        }
        return "";
    }

    private static string Existing(string path)
    {
        while (!Directory.Exists(path) && Path.GetDirectoryName(path) is { } parent) path = parent;
        return path;
    }
}

/// <summary>The node's addresses, looked up only now and then: every pod's every status has them.</summary>
internal sealed class AddressCache(KubeletOptions options, TimeProvider time)
{
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(10);
    private readonly Lock _lock = new();
    private IReadOnlyList<string>? _addresses;
    private long _since;

    public IReadOnlyList<string> Get()
    {
        lock (_lock)
        {
            if (_addresses is null || time.GetElapsedTime(_since) > Age)
            {
                _addresses = MachineInfo.Addresses(options);
                _since = time.GetTimestamp();
            }
            return _addresses;
        }
    }
}
