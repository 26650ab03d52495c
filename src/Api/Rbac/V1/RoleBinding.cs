using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Rbac.V1;

/// <summary>Gives subjects a role within a namespace.</summary>
[ApiKind("rbac.authorization.k8s.io", "v1", Resource = "rolebindings")]
public sealed partial class RoleBinding : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Who gets the role.</summary>
    [Field(2), Atomic]
    public List<Subject>? Subjects { get; set; }

    /// <summary>The role: a Role of the namespace or a ClusterRole; it never changes.</summary>
    [Field(3), Required]
    public RoleRef RoleRef { get; set; } = new();
}

/// <summary>Gives subjects a cluster role in the whole cluster.</summary>
[ApiKind("rbac.authorization.k8s.io", "v1", Resource = "clusterrolebindings", Namespaced = false)]
public sealed partial class ClusterRoleBinding : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Who gets the role.</summary>
    [Field(2), Atomic]
    public List<Subject>? Subjects { get; set; }

    /// <summary>The cluster role; it never changes.</summary>
    [Field(3), Required]
    public RoleRef RoleRef { get; set; } = new();
}

/// <summary>A user, a group or a service account.</summary>
[ApiType]
[Atomic]
public sealed partial class Subject
{
    /// <summary>User, Group or ServiceAccount.</summary>
    [Field(1), Required]
    public string Kind { get; set; } = "";

    /// <summary>Group of the kind: empty for service accounts, rbac.authorization.k8s.io otherwise.</summary>
    [Field(2)]
    public string ApiGroup { get; set; } = "";

    /// <summary>Name of the subject.</summary>
    [Field(3), Required]
    public string Name { get; set; } = "";

    /// <summary>Namespace of a service account.</summary>
    [Field(4)]
    public string Namespace { get; set; } = "";
}

/// <summary>Points to a role.</summary>
[ApiType]
[Atomic]
public sealed partial class RoleRef
{
    /// <summary>Group of the role: rbac.authorization.k8s.io.</summary>
    [Field(1), AlwaysShown]
    public string ApiGroup { get; set; } = "";

    /// <summary>Role or ClusterRole.</summary>
    [Field(2), Required]
    public string Kind { get; set; } = "";

    /// <summary>Name of the role.</summary>
    [Field(3), Required]
    public string Name { get; set; } = "";
}
