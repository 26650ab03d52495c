using System.Globalization;
using Tiphys.Api.Apps.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;
using Tiphys.Kubelet.Containerd;
using Tiphys.Server;

namespace Tiphys.Up;

/// <summary><c>tiphys status</c>: how every component does.</summary>
internal static class StatusHost
{
    /// <summary>Prints the state; 0 when all is well.</summary>
    public static async Task<int> RunAsync(string dataDir, CancellationToken cancel)
    {
        var server = new ServerProcess(dataDir);
        if (server.Find() is not { } pid)
        {
            Console.WriteLine($"not running (data directory {dataDir}); `tiphys up` starts it.");
            return 3;
        }

        var data = DataDirectory.Open(dataDir);
        Row("process", true, string.Create(CultureInfo.InvariantCulture, $"{pid}, {ResidentMegabytes(pid)} MB resident, log {server.LogFile}"));
        var well = true;
        foreach (var part in ComponentStates.Read(data.ComponentStates)) well &= Row(part.Name, part.Running, Told(part));
        if (ContainerdProcess.Configured(NodePaths.KubeletOptions(dataDir)) is { } containerd) well &= Row("containerd", containerd.Pid is not null, containerd.Pid is { } id ? string.Create(CultureInfo.InvariantCulture, $"process {id}") : "is not running");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(TimeSpan.FromSeconds(10));
        try
        {
            return await ShowAsync(data, patience.Token) && well ? 0 : 1;
        }
        catch (Exception e) when (e is HttpRequestException or ApiException or OperationCanceledException or KubeconfigException)
        {
            Row("apiserver", false, e is OperationCanceledException ? "does not answer" : e.Message);
            return 1;
        }
    }

    private static async Task<bool> ShowAsync(DataDirectory data, CancellationToken cancel)
    {
        using var client = Kubeconfig.Load(data.AdminKubeconfig).CreateClient("tiphys-status");
        using (var response = await client.SendRawAsync(HttpMethod.Get, "readyz", null, "*/*", cancel)) Row("apiserver", response.IsSuccessStatusCode, $"{client.Server}, {await response.Content.ReadAsStringAsync(cancel)}");
        var well = true;
        foreach (var node in (await client.Resource<Node>().ListAsync(null, ListQuery.All, cancel)).Items)
        {
            var ready = node.Status.Conditions?.Find(static c => c.Type == "Ready");
            well &= Row("node " + node.Metadata.Name, ready?.Status == "True", ready?.Message ?? "has not reported yet");
        }

        var dns = await client.Resource<Service>().FindAsync(WellKnownNamespaces.System, "kube-dns", cancel);
        var answers = dns is not null && await DnsProbe.AnswersAsync(System.Net.IPAddress.Parse(dns.Spec.ClusterIP), cancel);
        well &= Row("cluster dns", answers, dns is null ? "its Service does not exist" : $"{dns.Spec.ClusterIP}, {(answers ? "answers through its Service" : "does not answer")}");
        var pods = (await client.Resource<Pod>().ListAsync(null, ListQuery.All, cancel)).Items;
        var running = pods.Count(static p => p.Status.Phase is PodPhase.Running or PodPhase.Succeeded);
        well &= Row("pods", running == pods.Count, string.Create(CultureInfo.InvariantCulture, $"{running} of {pods.Count} run or have completed"));
        var deployments = (await client.Resource<Deployment>().ListAsync(null, ListQuery.All, cancel)).Items;
        var available = deployments.Count(static d => d.Status.AvailableReplicas >= (d.Spec.Replicas ?? 1));
        return Row("deployments", available == deployments.Count, string.Create(CultureInfo.InvariantCulture, $"{available} of {deployments.Count} fully available")) && well;
    }

    private static string Told(ComponentState part)
    {
        var now = TimeProvider.System.GetUtcNow() - part.Since;
        var lasted = now.TotalMinutes < 1 ? $"{(int)now.TotalSeconds} s" : now.TotalHours < 2 ? $"{(int)now.TotalMinutes} min" : $"{(int)now.TotalHours} h";
        var failures = part.Failures == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"; failed {part.Failures} times, last: {part.LastFailure}");
        return $"{(part.Running ? "runs" : "down")} for {lasted}{failures}";
    }

    private static bool Row(string what, bool well, string detail)
    {
        Console.WriteLine($"  {(well ? "ok  " : "BAD ")} {what,-18} {detail}");
        return well;
    }

    private static long ResidentMegabytes(int pid)
    {
        var line = File.ReadLines($"/proc/{pid}/status").FirstOrDefault(static l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
