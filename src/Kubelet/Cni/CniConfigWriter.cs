using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tiphys.Kubelet.Cni;

/// <summary>Writes the CNI configuration that gives each pod an address of the node's pod range behind one bridge.</summary>
internal static class CniConfigWriter
{
    public const string FileName = "10-tiphys.conflist";
    public const string NetworkName = "tiphys";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes the file if it is missing or differs.</summary>
    /// <param name="directory">The runtime's directory of CNI configurations.</param>
    /// <param name="bridge">The bridge's name.</param>
    /// <param name="podCidrs">The node's pod ranges, one per address family.</param>
    /// <param name="mtu">The links' MTU; zero lets the kernel choose.</param>
    /// <param name="hostPorts">Whether the portmap plugin can work here (it needs iptables).</param>
    /// <returns>Whether the file was written.</returns>
    public static bool Write(string directory, string bridge, IReadOnlyList<string> podCidrs, int mtu, bool hostPorts)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, FileName);
        // Beside the configuration rather than in the customary place, which nodes of one machine would share.
        var state = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(directory)) ?? directory, "cni-addresses");
        var content = Generate(bridge, podCidrs, mtu, hostPorts, state);
        if (File.Exists(path) && File.ReadAllText(path) == content) return false;
        // The runtime watches the directory, and must never see half a file. It ignores the other extension.
        File.WriteAllText(path + ".new", content);
        File.Move(path + ".new", path, overwrite: true);
        return true;
    }

    internal static string Generate(string bridge, IReadOnlyList<string> podCidrs, int mtu, bool hostPorts, string state)
    {
        var ranges = new JsonArray([.. podCidrs.Select(c => new JsonArray(new JsonObject { ["subnet"] = c }))]);
        var routes = new JsonArray([.. podCidrs.Select(c => new JsonObject { ["dst"] = c.Contains(':') ? "::/0" : "0.0.0.0/0" })]);
        var bridgePlugin = new JsonObject
        {
            ["type"] = "bridge",
            ["bridge"] = bridge,
            ["isGateway"] = true,
            // Masquerading is ours (see NodeMasquerade): the plugin's would hide pods of this node from pods of others.
            ["ipMasq"] = false,
            // Lets a pod reach itself through a service.
            ["hairpinMode"] = true,
            ["ipam"] = new JsonObject { ["type"] = "host-local", ["dataDir"] = state, ["ranges"] = ranges, ["routes"] = routes },
        };
        if (mtu > 0) bridgePlugin["mtu"] = mtu;
        var plugins = new JsonArray(bridgePlugin);
        if (hostPorts)
        {
            plugins.Add(new JsonObject
            {
                ["type"] = "portmap",
                ["capabilities"] = new JsonObject { ["portMappings"] = true },
                ["snat"] = true,
            });
        }
        return new JsonObject { ["cniVersion"] = "0.4.0", ["name"] = NetworkName, ["plugins"] = plugins }.ToJsonString(Indented) + "\n";
    }
}
