namespace Tiphys.Api;

/// <summary>
/// Declares a class as a top-level Kubernetes kind: something with a group, a version and (usually) a REST resource.
/// The kind's name is the class name; its list kind (<c>PodList</c>) is derived.
/// </summary>
/// <param name="group">API group, empty for the core group, for example <c>apps</c>.</param>
/// <param name="version">API version within the group, for example <c>v1</c>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ApiKindAttribute(string group, string version) : Attribute
{
    /// <summary>API group, empty for the core group.</summary>
    public string Group { get; } = group;

    /// <summary>API version within the group.</summary>
    public string Version { get; } = version;

    /// <summary>Plural resource name as it stands in a URL, for example <c>pods</c>; null for kinds without a resource (DeleteOptions, Status).</summary>
    public string? Resource { get; init; }

    /// <summary>Singular resource name; the lower-cased kind when not given.</summary>
    public string? Singular { get; init; }

    /// <summary>True (the default) when objects of the kind live in a namespace.</summary>
    public bool Namespaced { get; init; } = true;

    /// <summary>Short names kubectl accepts, for example <c>po</c>.</summary>
    public string[] ShortNames { get; init; } = [];

    /// <summary>Categories such as <c>all</c> that stand for several resources.</summary>
    public string[] Categories { get; init; } = [];
}
