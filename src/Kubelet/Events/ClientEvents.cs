using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Kubelet.Events;

/// <summary>Writes the node's events through the client's recorder.</summary>
internal sealed class ClientEvents(EventRecorder recorder) : IEventRecorder
{
    public void Record(ObjectReference about, string type, string reason, string message) => recorder.Record(about, type, reason, message);

    public Task RunAsync(CancellationToken cancel) => recorder.RunAsync(cancel);
}
