using System.Net;
using System.Net.Sockets;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;
using Tiphys.Server;

namespace Tiphys.Up;

/// <summary><c>tiphys up</c>: from nothing to a cluster that answers, in the background.</summary>
internal static class UpHost
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Brings the cluster up.</summary>
    /// <param name="dataDir">Its data directory.</param>
    /// <param name="port">Port of the API server.</param>
    /// <param name="arguments">Flags for the server, as given.</param>
    /// <param name="sample">Whether to run the sample application.</param>
    /// <param name="cancel">Ends the attempt, and what was started.</param>
    /// <exception cref="StartException">It cannot be brought up; nothing is left running.</exception>
    public static async Task<int> RunAsync(string dataDir, int port, IReadOnlyList<string> arguments, bool sample, CancellationToken cancel)
    {
        var server = new ServerProcess(dataDir);
        if (server.Find() is { } running)
        {
            Console.WriteLine($"tiphys runs already (process {running}, data in {dataDir}); `tiphys status` shows its parts, `tiphys down` stops it.");
            return 0;
        }

        if (!Environment.IsPrivilegedProcess) throw new StartException("a node needs root: run `sudo ./tiphys up`, or only a control plane with `tiphys server --disable=agent,proxy`.");
        PortCheck.Free(IPAddress.Any, port, "--secure-port");
        PortCheck.Free(IPAddress.Any, 10250);
        var data = DataDirectory.Open(dataDir); // after the checks, which leave nothing behind
        var steps = new Steps(Console.Out, TimeProvider.System);
        await steps.RunAsync("Programs a node needs", async () => await Prerequisites.EnsureAsync(cancel) ?? "all there");
        Sample.WriteImage(Path.Combine(data.Agent, "images"));
        Directory.CreateDirectory(Path.GetDirectoryName(data.AdminKubeconfig)!);
        File.Delete(data.AdminKubeconfig); // an old one could be taken for the new server's
        var pid = server.Start(arguments);
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(Patience);
            using var client = await ShowAsync(steps, data, server, sample, patience.Token);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            await DownHost.RunAsync(dataDir, purge: false, quiet: true, CancellationToken.None);
            throw new StartException("interrupted; what it had started is stopped again.");
        }
        catch (Exception e)
        {
            var tail = server.LogTail(5);
            var left = await LeftAsync(dataDir);
            throw new StartException($"the cluster did not come up: {Why(e)}{left} The end of {server.LogFile}:\n{tail}");
        }

        Console.WriteLine($"""

            Up after {steps.Elapsed.TotalSeconds:0.0} s, process {pid}. The kubeconfig is {data.AdminKubeconfig}

              export KUBECONFIG={data.AdminKubeconfig}
              kubectl get pods -A -o wide
              kubectl scale deployment web --replicas=5
              kubectl logs -l app=web --prefix
            """);
        return 0;
    }

    private static async Task<KubernetesClient> ShowAsync(Steps steps, DataDirectory data, ServerProcess server, bool sample, CancellationToken cancel)
    {
        KubernetesClient? client = null;
        await steps.RunAsync("API server", async () =>
        {
            client = await ReadyAsync(data, server, cancel);
            return "ready";
        });
        await steps.RunAsync("Node", async () =>
        {
            while (true)
            {
                var nodes = await client!.Resource<Node>().ListAsync(null, ListQuery.All, cancel);
                if (nodes.Items.Find(static n => n.Status.Conditions?.Exists(static c => c is { Type: "Ready", Status: "True" }) == true) is { } node) return $"{node.Metadata.Name} is Ready";
                await Task.Delay(50, cancel);
            }
        });
        await steps.RunAsync("Cluster DNS", async () =>
        {
            var service = await UntilFoundAsync(() => client!.Resource<Service>().FindAsync(WellKnownNamespaces.System, "kube-dns", cancel), cancel);
            while (!await DnsProbe.AnswersAsync(IPAddress.Parse(service.Spec.ClusterIP), cancel)) await Task.Delay(50, cancel);
            return $"answers at {service.Spec.ClusterIP}";
        });
        if (sample) await steps.RunAsync("Sample application (samples/web)", async () => $"answers at http://{await Sample.RunAsync(client!, cancel)}/");
        return client!;
    }

    private static async Task<KubernetesClient> ReadyAsync(DataDirectory data, ServerProcess server, CancellationToken cancel)
    {
        while (true)
        {
            if (server.Find() is null) throw new StartException("the server ended by itself.");
            if (File.Exists(data.AdminKubeconfig) && new FileInfo(data.AdminKubeconfig).Length > 0)
            {
                var client = Kubeconfig.Load(data.AdminKubeconfig).CreateClient("tiphys-up");
                try
                {
                    using var response = await client.SendAsync(HttpMethod.Get, "readyz", null, "*/*", cancel);
                    return client;
                }
                catch (Exception e) when (e is HttpRequestException or ApiException)
                {
                    client.Dispose();
                }
            }

            await Task.Delay(20, cancel);
        }
    }

    private static async Task<T> UntilFoundAsync<T>(Func<Task<T?>> find, CancellationToken cancel) where T : class
    {
        while (true)
        {
            if (await find() is { } found) return found;
            await Task.Delay(50, cancel);
        }
    }

    /// <summary>Takes down what was started; what stays of it nevertheless, as a sentence.</summary>
    private static async Task<string> LeftAsync(string dataDir)
    {
        try
        {
            await DownHost.RunAsync(dataDir, purge: false, quiet: true, CancellationToken.None);
            return "";
        }
        catch (StartException e)
        {
            return $" Not everything that it started could be removed: {e.Message}";
        }
    }

    private static string Why(Exception e) => e is OperationCanceledException ? $"it took longer than {Patience.TotalMinutes} minutes." : e.Message;
}
