using Tiphys.Api.Core.V1;

namespace Tiphys.Kubelet.Pods;

/// <summary>How pods are named in messages, as upstream prints them.</summary>
internal static class PodNames
{
    /// <summary><c>name_namespace(uid)</c>.</summary>
    public static string Format(Pod pod) => $"{pod.Metadata.Name}_{pod.Metadata.Namespace}({pod.Metadata.Uid})";

    /// <summary><c>namespace/name</c>.</summary>
    public static string Key(Pod pod) => $"{pod.Metadata.Namespace}/{pod.Metadata.Name}";
}
