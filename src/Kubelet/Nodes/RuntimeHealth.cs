using Tiphys.Kubelet.Cri;
using Tiphys.Grpc;

namespace Tiphys.Kubelet.Nodes;

/// <summary>Keeps an eye on whether the runtime can run pods and give them a network.</summary>
internal sealed class RuntimeHealth(IRuntimeService runtime, TimeProvider time)
{
    private static readonly TimeSpan WhenBad = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan WhenGood = TimeSpan.FromSeconds(5);

    /// <summary>Why containers cannot be run; null when they can.</summary>
    public string? RuntimeTrouble { get; private set; } = "container runtime status check may not have completed yet";

    /// <summary>Why pods cannot be given a network; null when they can.</summary>
    public string? NetworkTrouble { get; private set; } = "container runtime status check may not have completed yet";

    /// <summary>Asks again and again until cancelled, and tells when the answer changes.</summary>
    public async Task WatchAsync(Action changed, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            var before = (RuntimeTrouble, NetworkTrouble);
            try
            {
                await CheckAsync(cancel).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            if (before != (RuntimeTrouble, NetworkTrouble)) changed();
            var pause = RuntimeTrouble is null && NetworkTrouble is null ? WhenGood : WhenBad;
            await Task.Delay(pause, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async Task CheckAsync(CancellationToken cancel)
    {
        try
        {
            var status = await runtime.StatusAsync(verbose: false, cancel).ConfigureAwait(false);
            RuntimeTrouble = Trouble("RuntimeReady", "container runtime not ready");
            NetworkTrouble = Trouble("NetworkReady", "container runtime network not ready");

            string? Trouble(string type, string words) => status.Status.Conditions.FirstOrDefault(c => c.Type == type) switch
            {
                null => $"{words}: {type} condition is missing",
                { Status: true } => null,
                var c => $"{words}: {type}=false reason:{c.Reason} message:{c.Message}",
            };
        }
        catch (GrpcException e)
        {
            RuntimeTrouble = $"container runtime is down: {e.Message}";
        }
    }
}
