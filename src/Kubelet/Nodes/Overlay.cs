using System.Globalization;
using System.Net;
using Tiphys.Client;

namespace Tiphys.Kubelet.Nodes;

/// <summary>
/// Carries pods' traffic to nodes behind a router, in VXLAN. Nothing need be told between nodes: a node's hardware address in the
/// overlay follows from its own address, and its address there is the first of its pod range. IPv4 only.
/// </summary>
internal sealed class Overlay
{
    /// <summary>The overlay's device.</summary>
    public const string Device = "tiphys.vxlan";

    private const string Network = "84";
    private const string Port = "8472"; // Linux's own
    private const int Overhead = 50;
    private readonly Dictionary<string, string> _peers = new(StringComparer.Ordinal);

    /// <summary>Whether a node is to be reached through the overlay: there is a router on the way to its address.</summary>
    /// <exception cref="InvalidOperationException">There is no way to it.</exception>
    public static async Task<bool> IsNeededAsync(string address, CancellationToken cancel) =>
        !address.Contains(':') && (await RunAsync("ip", cancel, "-4", "route", "get", address).ConfigureAwait(false)).Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, "via", ..];

    /// <summary>A node's address in the overlay.</summary>
    public static string AddressOf(string range) => range.Split('/')[0];

    /// <summary>A node's hardware address in the overlay.</summary>
    public static string HardwareOf(string address) =>
        "0a:54:" + string.Join(':', IPAddress.Parse(address).GetAddressBytes().Select(static b => b.ToString("x2", CultureInfo.InvariantCulture)));

    /// <summary>Makes the device, or makes it anew when the node's address has changed, and tells it where the other nodes are.</summary>
    /// <param name="own">The node's own range and address.</param>
    /// <param name="others">Ranges and addresses of the nodes to reach.</param>
    /// <param name="cancel">Stops the wait for commands.</param>
    /// <exception cref="InvalidOperationException">The kernel refuses.</exception>
    public async Task SetUpAsync((string Range, string Address) own, IReadOnlyCollection<(string Range, string Address)> others, CancellationToken cancel)
    {
        await EnsureDeviceAsync(own, others.First().Address, cancel).ConfigureAwait(false);
        var wanted = others.ToDictionary(static o => AddressOf(o.Range), static o => o.Address);
        foreach (var (overlay, address) in _peers.Where(p => wanted.GetValueOrDefault(p.Key) != p.Value).ToList())
        {
            await RunAsync("bridge", cancel, "fdb", "del", HardwareOf(address), "dev", Device).ConfigureAwait(false);
            await RunAsync("ip", cancel, "neigh", "del", overlay, "dev", Device).ConfigureAwait(false);
            _peers.Remove(overlay);
        }

        foreach (var (overlay, address) in wanted.Where(w => !_peers.ContainsKey(w.Key)))
        {
            await RunAsync("bridge", cancel, "fdb", "replace", HardwareOf(address), "dev", Device, "dst", address).ConfigureAwait(false);
            await RunAsync("ip", cancel, "neigh", "replace", overlay, "lladdr", HardwareOf(address), "dev", Device, "nud", "permanent").ConfigureAwait(false);
            _peers[overlay] = address;
        }
    }

    private async Task EnsureDeviceAsync((string Range, string Address) own, string other, CancellationToken cancel)
    {
        var there = await HostProgram.RunAsync("ip", ["-d", "link", "show", Device], cancel: cancel).ConfigureAwait(false);
        if (there.Succeeded && there.Output.Contains($" local {own.Address} ", StringComparison.Ordinal) && there.Output.Contains(HardwareOf(own.Address), StringComparison.Ordinal) && there.Output.Contains("UP", StringComparison.Ordinal)) return;
        if (there.Succeeded) await RunAsync("ip", cancel, "link", "del", Device).ConfigureAwait(false);
        _peers.Clear();
        var mtu = (await OutwardMtuAsync(other, cancel).ConfigureAwait(false) - Overhead).ToString(CultureInfo.InvariantCulture);
        await RunAsync("ip", cancel, "link", "add", Device, "address", HardwareOf(own.Address), "mtu", mtu, "type", "vxlan", "id", Network, "local", own.Address, "dstport", Port, "nolearning").ConfigureAwait(false);
        await RunAsync("ip", cancel, "address", "replace", AddressOf(own.Range) + "/32", "dev", Device).ConfigureAwait(false);
        await RunAsync("ip", cancel, "link", "set", Device, "up").ConfigureAwait(false);
    }

    /// <summary>The most the link towards another node takes, in bytes.</summary>
    private static async Task<int> OutwardMtuAsync(string address, CancellationToken cancel)
    {
        var words = (await RunAsync("ip", cancel, "-4", "route", "get", address).ConfigureAwait(false)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var device = words.SkipWhile(static w => w != "dev").ElementAtOrDefault(1);
        const int customary = 1500;
        return device is not null && File.Exists($"/sys/class/net/{device}/mtu") && int.TryParse(await File.ReadAllTextAsync($"/sys/class/net/{device}/mtu", cancel).ConfigureAwait(false), CultureInfo.InvariantCulture, out var mtu) ? mtu : customary;
    }

    private static async Task<string> RunAsync(string program, CancellationToken cancel, params string[] arguments)
    {
        var outcome = await HostProgram.RunAsync(program, arguments, cancel: cancel).ConfigureAwait(false);
        return outcome.Succeeded ? outcome.Output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {outcome.Errors.Trim()}");
    }
}
