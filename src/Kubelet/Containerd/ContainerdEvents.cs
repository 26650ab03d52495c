using System.Runtime.CompilerServices;
using Tiphys.Kubelet.Containerd.V1;
using Tiphys.Grpc;

namespace Tiphys.Kubelet.Containerd;

/// <summary>Tells at once which container or sandbox just started, ended or ran out of memory.</summary>
/// <remarks>The CRI of older containerd has no events. Its native stream has, on the same socket.</remarks>
internal sealed class ContainerdEvents(GrpcChannel channel)
{
    private const string Namespace = "k8s.io";

    /// <summary>Yields the ids of containers and sandboxes whose main process changed state, until the stream breaks.</summary>
    /// <exception cref="GrpcException">The stream broke, or this runtime has no such events (Unimplemented).</exception>
    public async IAsyncEnumerable<string> WatchAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var request = new SubscribeRequest
        {
            Filters = { $"namespace=={Namespace},topic==\"/tasks/exit\"", $"namespace=={Namespace},topic==\"/tasks/oom\"" },
        };
        await foreach (var envelope in channel.ServerStreamAsync(
            "/containerd.services.events.v1.Events/Subscribe", request, Envelope.Parser, cancel).ConfigureAwait(false))
        {
            if (envelope.Event is not { } payload) continue;
            if (envelope.Topic == "/tasks/exit")
            {
                var exit = TaskExit.Parser.ParseFrom(payload.Value);
                if (exit.Id == exit.ContainerId) yield return exit.ContainerId;
            }
            else
            {
                yield return TaskEvent.Parser.ParseFrom(payload.Value).ContainerId;
            }
        }
    }
}
