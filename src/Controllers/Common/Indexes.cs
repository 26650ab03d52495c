using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>Indexes several controllers share. Adding one twice does no harm.</summary>
internal static class Indexes
{
    private const string Controller = "controllerUid";
    private const string Orphan = "orphanNamespace";
    private const string Node = "nodeName";

    /// <summary>Files objects under the uid of their controller, and those without one under their namespace.</summary>
    public static IInformer<T> WithControllerIndex<T>(this IInformer<T> informer) where T : class, IKubernetesObject<T>
    {
        informer.AddIndex(Controller, static item => item.ControllerOf() is { } owner ? [owner.Uid] : []);
        informer.AddIndex(Orphan, static item => item.ControllerOf() is null ? [item.Metadata.Namespace] : []);
        return informer;
    }

    /// <summary>The objects an owner controls.</summary>
    public static IReadOnlyList<T> ControlledBy<T>(this IInformer<T> informer, string uid) where T : class, IKubernetesObject<T> => informer.ByIndex(Controller, uid);

    /// <summary>The objects of a namespace that nobody controls.</summary>
    public static IReadOnlyList<T> Orphans<T>(this IInformer<T> informer, string ns) where T : class, IKubernetesObject<T> => informer.ByIndex(Orphan, ns);

    /// <summary>Files pods under their node.</summary>
    public static IInformer<Pod> WithNodeIndex(this IInformer<Pod> informer)
    {
        informer.AddIndex(Node, static pod => [pod.Spec.NodeName]);
        return informer;
    }

    /// <summary>The pods of a node; of none, when the name is empty.</summary>
    public static IReadOnlyList<Pod> OnNode(this IInformer<Pod> informer, string node) => informer.ByIndex(Node, node);
}
