using Tiphys.Kubelet;
using Tiphys.Proxy;
using Tiphys.Server;

namespace Tiphys.Up;

/// <summary><c>tiphys down</c>: ends the server and everything the node ran, and takes its network apart.</summary>
internal static class DownHost
{
    /// <summary>Takes the cluster down.</summary>
    /// <param name="dataDir">Its data directory.</param>
    /// <param name="purge">Whether its data goes too.</param>
    /// <param name="quiet">Whether to say nothing.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="StartException">Something of the cluster could not be removed.</exception>
    public static async Task<int> RunAsync(string dataDir, bool purge, bool quiet, CancellationToken cancel)
    {
        var steps = new Steps(quiet ? TextWriter.Null : Console.Out, TimeProvider.System);
        var server = new ServerProcess(dataDir);
        if (server.Find() is { } pid)
        {
            await steps.RunAsync("Server", async () =>
            {
                await server.StopAsync(pid, TimeSpan.FromSeconds(20), cancel);
                return "stopped";
            });
        }
        else if (!Directory.Exists(dataDir))
        {
            if (!quiet) Console.WriteLine($"nothing runs here: there is no {dataDir}.");
            return 0;
        }

        else if (!DataDirectory.IsOne(dataDir))
        {
            throw new StartException($"{dataDir} is not the data directory of a cluster; name the one that `up` was given with --data-dir.");
        }

        await steps.RunAsync("Containers, mounts and network", async () =>
        {
            try
            {
                await NodeReset.RunAsync(NodePaths.KubeletOptions(dataDir), cancel);
            }
            catch (InvalidOperationException e)
            {
                throw new StartException($"{e.Message} The data stays in {dataDir}, for it says what there is to remove; try `down` again.");
            }
            await ProxyComponent.CleanupAsync(cancel);
            return "removed";
        });
        if (purge)
        {
            await steps.RunAsync("Data", () =>
            {
                Directory.Delete(dataDir, recursive: true);
                return Task.FromResult<string?>($"{dataDir} removed");
            });
        }

        return 0;
    }
}
