using System.Text;
using System.Text.Json;
using Tiphys.Client;

namespace Tiphys.Kubelet.Cni;

/// <summary>
/// The iptables rules by which CNI's portmap plugin leads host ports to pods. It takes back those of a pod with the pod, but never
/// its own chains, the jumps to them and the tables around them.
/// </summary>
internal static class HostPortRules
{
    private const string PortChains = "CNI-HOSTPORT-";
    private const string PodChains = "CNI-DN-";

    /// <summary>The chain with one rule for each pod that has host ports, whichever network it belongs to.</summary>
    private const string Ports = "CNI-HOSTPORT-DNAT";

    /// <summary>Removes what the plugin made for a network; what other networks and programs have in these tables stays.</summary>
    public static async Task RemoveAsync(string network, CancellationToken cancel)
    {
        var found = false;
        foreach (var prefix in (string[])["iptables", "ip6tables"])
        {
            if (HostProgram.Find(prefix + "-save") is not { } save || HostProgram.Find(prefix + "-restore") is not { } restore) continue;
            var saved = await HostProgram.RunAsync(save, [], cancel: cancel).ConfigureAwait(false);
            if (Removal(saved.Output, network) is not { } removal) continue;
            var removed = await HostProgram.RunAsync(restore, ["--noflush"], removal, cancel: cancel).ConfigureAwait(false);
            if (!removed.Succeeded) throw new InvalidOperationException($"{prefix}-restore did not remove the rules of host ports: {removed.Errors.Trim()}");
            found = true;
        }

        // It makes both tables where it wants to look into them, whichever family its rules are of.
        foreach (var family in found ? (string[])["ip", "ip6"] : []) await RemoveTableAsync(family, cancel).ConfigureAwait(false);
    }

    /// <summary>What iptables-restore has to be told; null when nothing is there to remove.</summary>
    /// <param name="saved">What iptables-save printed.</param>
    /// <param name="network">The CNI network's name.</param>
    internal static string? Removal(string saved, string network)
    {
        var table = saved.Split('\n').SkipWhile(static l => l != "*nat").TakeWhile(static l => l != "COMMIT").ToList();
        var chains = table.Where(static l => l.StartsWith(':')).Select(static l => l[1..].Split(' ')[0]).ToList();
        var rules = table.Where(static l => l.StartsWith("-A ", StringComparison.Ordinal)).ToList();

        // The plugin names network and pod in a comment; iptables prints its quotes escaped.
        var pods = rules.Where(r => Chain(r) == Ports).ToLookup(r => r.Contains($"dnat name: \\\"{network}\\\" id: ", StringComparison.Ordinal));
        var doomed = pods[true].Select(Target).Where(static t => t.StartsWith(PodChains, StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
        var isLast = !pods[false].Any();
        if (isLast) doomed.UnionWith(chains.Where(static c => c.StartsWith(PortChains, StringComparison.Ordinal) || c.StartsWith(PodChains, StringComparison.Ordinal)));
        doomed.IntersectWith(chains);
        if (doomed.Count == 0) return null;

        var script = new StringBuilder("*nat\n");
        foreach (var rule in rules.Where(r => !doomed.Contains(Chain(r)) && doomed.Contains(Target(r)))) script.Append("-D ").Append(rule, 3, rule.Length - 3).Append('\n');
        foreach (var chain in doomed.Order(StringComparer.Ordinal)) script.Append("-F ").Append(chain).Append('\n');
        foreach (var chain in doomed.Order(StringComparer.Ordinal)) script.Append("-X ").Append(chain).Append('\n');
        return script.Append("COMMIT\n").ToString();
    }

    /// <summary>Whether nothing but the chains that iptables itself makes is in a table.</summary>
    /// <param name="listed">What <c>nft -j list table</c> printed.</param>
    internal static bool IsEmpty(string listed)
    {
        using var document = JsonDocument.Parse(listed);
        return document.RootElement.GetProperty("nftables").EnumerateArray().SelectMany(static e => e.EnumerateObject()).All(static e => e.Name switch
        {
            "metainfo" or "table" => true,
            "chain" => e.Value.TryGetProperty("hook", out _) && e.Value.TryGetProperty("policy", out var policy) && policy.GetString() == "accept",
            _ => false,
        });
    }

    private static async Task RemoveTableAsync(string family, CancellationToken cancel)
    {
        if (HostProgram.Find("nft") is not { } nft) return;
        var listed = await HostProgram.RunAsync(nft, ["-j", "list", "table", family, "nat"], cancel: cancel).ConfigureAwait(false);
        if (listed.Succeeded && IsEmpty(listed.Output)) await HostProgram.RunAsync(nft, ["delete", "table", family, "nat"], cancel: cancel).ConfigureAwait(false);
    }

    private static string Chain(string rule) => rule.Split(' ')[1];

    private static string Target(string rule)
    {
        var at = rule.LastIndexOf(" -j ", StringComparison.Ordinal);
        return at < 0 ? "" : rule[(at + 4)..].Split(' ')[0];
    }
}
