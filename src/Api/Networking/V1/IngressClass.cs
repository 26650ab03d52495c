using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Networking.V1;

/// <summary>A sort of ingress, handled by one controller.</summary>
[ApiKind("networking.k8s.io", "v1", Resource = "ingressclasses", Namespaced = false)]
public sealed partial class IngressClass : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The controller and its settings.</summary>
    [Field(2)]
    public IngressClassSpec Spec { get; set; } = new();
}

/// <summary>The controller of an ingress class and its settings.</summary>
[ApiType]
public sealed partial class IngressClassSpec
{
    /// <summary>Name of the controller, as domain/path; it never changes.</summary>
    [Field(1)]
    public string Controller { get; set; } = "";

    /// <summary>Object with further settings.</summary>
    [Field(2)]
    public IngressClassParametersReference? Parameters { get; set; }
}

/// <summary>Points to the settings of an ingress class.</summary>
[ApiType]
public sealed partial class IngressClassParametersReference
{
    /// <summary>API group; the core group when unset.</summary>
    [Field(1)]
    public string? ApiGroup { get; set; }

    /// <summary>Kind of the object.</summary>
    [Field(2), Required]
    public string Kind { get; set; } = "";

    /// <summary>Name of the object.</summary>
    [Field(3), Required]
    public string Name { get; set; } = "";

    /// <summary>Whether the object is in a namespace.</summary>
    [Field(4), AlwaysShown]
    public string? Scope { get; set; }

    /// <summary>Namespace of the object.</summary>
    [Field(5)]
    public string? Namespace { get; set; }
}

/// <summary>Scopes of an ingress class's settings.</summary>
public static class IngressClassParametersScope
{
    /// <summary>In a namespace.</summary>
    public const string Namespace = "Namespace";

    /// <summary>In the cluster.</summary>
    public const string Cluster = "Cluster";
}

/// <summary>Annotations of ingresses and their classes.</summary>
public static class IngressAnnotations
{
    /// <summary>true makes it the class of ingresses that name none.</summary>
    public const string IsDefaultClass = "ingressclass.kubernetes.io/is-default-class";

    /// <summary>Older form of an ingress's class.</summary>
    public const string IngressClass = "kubernetes.io/ingress.class";
}
