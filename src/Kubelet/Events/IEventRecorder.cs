using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.Kubelet.Events;

/// <summary>Tells users what happens, as Event objects. It never blocks and never fails.</summary>
internal interface IEventRecorder
{
    /// <summary>Records an event about an object.</summary>
    void Record(ObjectReference about, string type, string reason, string message);
}

/// <summary>Short ways to say what an event is about.</summary>
internal static class EventRecorderExtensions
{
    public static void Normal(this IEventRecorder recorder, Pod pod, string reason, string message) =>
        recorder.Record(Reference(pod), EventType.Normal, reason, message);

    public static void Warning(this IEventRecorder recorder, Pod pod, string reason, string message) =>
        recorder.Record(Reference(pod), EventType.Warning, reason, message);

    public static void Normal(this IEventRecorder recorder, Pod pod, string container, string reason, string message) =>
        recorder.Record(Reference(pod, container), EventType.Normal, reason, message);

    public static void Warning(this IEventRecorder recorder, Pod pod, string container, string reason, string message) =>
        recorder.Record(Reference(pod, container), EventType.Warning, reason, message);

    /// <summary>A reference to a pod, or to one of its containers.</summary>
    public static ObjectReference Reference(Pod pod, string? container = null) => new()
    {
        Kind = "Pod", ApiVersion = "v1", Namespace = pod.Metadata.Namespace, Name = pod.Metadata.Name, Uid = pod.Metadata.Uid,
        ResourceVersion = pod.Metadata.ResourceVersion,
        FieldPath = container is null ? "" : Pods.PodContainers.FieldPath(pod, container),
    };
}
