using Tiphys.Api.Meta.V1;

namespace Tiphys.Controllers;

/// <summary>An object in the graph of owners and dependents. Guarded by the graph's lock.</summary>
internal sealed class GraphNode(string uid, string apiVersion, string kind, string ns, string name)
{
    public string Uid { get; } = uid;

    public string ApiVersion { get; } = apiVersion;

    public string Kind { get; } = kind;

    public string Namespace { get; } = ns;

    public string Name { get; } = name;

    /// <summary>Known only from a dependent's reference so far; whether it exists has to be asked.</summary>
    public bool IsVirtual { get; set; }

    /// <summary>Deletion was asked for.</summary>
    public bool IsDeleting { get; set; }

    /// <summary>It goes only after its dependents.</summary>
    public bool DeletesDependents { get; set; }

    public List<OwnerReference> Owners { get; set; } = [];

    public HashSet<GraphNode> Dependents { get; } = [];

    public override string ToString() => $"{Kind} {(Namespace.Length > 0 ? Namespace + "/" : "")}{Name}";
}
