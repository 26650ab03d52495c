using Tiphys.Api;

namespace Tiphys.Client;

/// <summary>Namespace and name of an object; the namespace is empty for cluster-scoped ones.</summary>
/// <param name="Namespace">Namespace, or empty.</param>
/// <param name="Name">Name.</param>
public readonly record struct ObjectKey(string Namespace, string Name)
{
    /// <summary>The key of an object.</summary>
    public static ObjectKey Of(IKubernetesObject item) => new(item.Metadata.Namespace, item.Metadata.Name);

    /// <summary><c>namespace/name</c>, or the name alone.</summary>
    public override string ToString() => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";
}
