using Microsoft.Extensions.Logging;
using Tiphys.Api.Core.V1;
using Tiphys.Kubelet.Cni;

namespace Tiphys.Kubelet.Nodes;

/// <summary>Sets the node's pod network up once its pod ranges are known, and again when they change.</summary>
internal sealed partial class NodeNetwork(KubeletOptions options, string cniDirectory, ILogger<NodeNetwork> logger)
{
    private readonly SemaphoreSlim _once = new(1);
    private string _applied = "";

    /// <summary>Writes the CNI configuration and the masquerade rules for the node's ranges.</summary>
    public async Task ApplyAsync(Node? node, CancellationToken cancel)
    {
        if (!options.ManageNetwork) return;
        IReadOnlyList<string> ranges = node?.Spec switch
        {
            { PodCIDRs: { Count: > 0 } several } => several,
            { PodCIDR.Length: > 0 } one => [one.PodCIDR],
            _ => options.PodCidrs,
        };
        if (ranges.Count == 0) return;
        await _once.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            var key = string.Join(',', ranges);
            if (key == _applied) return;
            EnableForwarding();
            try
            {
                await NodeMasquerade.ApplyAsync(ranges, options.ClusterCidrs, cancel).ConfigureAwait(false);
            }
            catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
            {
                // Pods reach one another all the same; only the way out of the cluster is missing.
                LogMasqueradeFailed(logger, e.Message);
            }
            CniConfigWriter.Write(cniDirectory, options.BridgeName, ranges, 0, HasProgram("iptables"));
            _applied = key;
            LogApplied(logger, key);
        }
        finally
        {
            _once.Release();
        }
    }

    private static void EnableForwarding()
    {
        foreach (var setting in (string[])["/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv6/conf/all/forwarding"])
        {
            try
            {
                if (File.Exists(setting) && File.ReadAllText(setting).Trim() == "0") File.WriteAllText(setting, "1");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Read-only in some containers, where it is the outside's to decide.
            }
        }
    }

    private static bool HasProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Any(d => File.Exists(Path.Combine(d, name)));

    [LoggerMessage(1, LogLevel.Information, "Pods get addresses of {Ranges}")]
    private static partial void LogApplied(ILogger logger, string ranges);

    [LoggerMessage(2, LogLevel.Warning, "No masquerading of pods' traffic: {Reason}")]
    private static partial void LogMasqueradeFailed(ILogger logger, string reason);
}
