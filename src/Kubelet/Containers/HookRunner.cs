using System.Text;
using Tiphys.Api.Core.V1;
using Tiphys.Kubelet.Cri;
using Tiphys.Grpc;
using Tiphys.Kubelet.Probes;

namespace Tiphys.Kubelet.Containers;

/// <summary>A hook that did not succeed; the message is upstream's.</summary>
internal sealed class HookException(string message) : Exception(message);

/// <summary>Runs what containers want done after their start and before their stop.</summary>
internal sealed class HookRunner(IRuntimeService runtime, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan HttpTimeout = TimeSpan.FromSeconds(30);
    private readonly HttpGet _http = new();

    /// <exception cref="HookException">It failed.</exception>
    public async Task RunAsync(LifecycleHandler hook, Pod pod, Container container, string containerId, string podAddress, CancellationToken cancel)
    {
        if (hook.Exec is { } exec)
        {
            try
            {
                var answer = await runtime.ExecSyncAsync(containerId, exec.Command ?? [], TimeSpan.Zero, cancel).ConfigureAwait(false);
                if (answer.ExitCode == 0) return;
                var command = string.Join(' ', exec.Command ?? []);
                throw new HookException(
                    $"Exec lifecycle hook ([{command}]) for Container \"{container.Name}\" in Pod \"{Pods.PodNames.Format(pod)}\" failed - error: command '{command}' exited with {answer.ExitCode}: {Encoding.UTF8.GetString([.. answer.Stderr])}, message: \"{Encoding.UTF8.GetString([.. answer.Stdout, .. answer.Stderr])}\"");
            }
            catch (GrpcException e)
            {
                throw new HookException($"Exec lifecycle hook for Container \"{container.Name}\" in Pod \"{Pods.PodNames.Format(pod)}\" failed - error: {e.Message}");
            }
        }
        if (hook.HttpGet is { } http)
        {
            try
            {
                var (code, _, url) = await _http.SendAsync(http, container, podAddress, "kube-lifecycle/1.36", HttpTimeout, cancel).ConfigureAwait(false);
                if (code >= 400) throw new HookException($"HTTP lifecycle hook ({url}) for Container \"{container.Name}\" failed with statuscode: {code}");
            }
            catch (Exception e) when (e is HttpProbeException or FormatException)
            {
                throw new HookException($"HTTP lifecycle hook ({http.Path}) for Container \"{container.Name}\" in Pod \"{Pods.PodNames.Format(pod)}\" failed - error: {e.Message}");
            }
        }
        else if (hook.Sleep is { } sleep)
        {
            await Task.Delay(TimeSpan.FromSeconds(sleep.Seconds), time, cancel).ConfigureAwait(false);
        }
    }

    public void Dispose() => _http.Dispose();
}
