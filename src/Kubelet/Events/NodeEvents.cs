using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Kubelet.Events;

/// <summary>Hands events to the client's recorder.</summary>
internal sealed class NodeEvents(EventRecorder recorder) : IEventRecorder
{
    public void Record(ObjectReference about, string type, string reason, string message) => recorder.Record(about, type, reason, message);
}
