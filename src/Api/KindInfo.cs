namespace Tiphys.Api;

/// <summary>Group and version, written <c>apps/v1</c>, or <c>v1</c> for the core group.</summary>
/// <param name="Group">API group, empty for core.</param>
/// <param name="Version">Version in the group.</param>
public readonly record struct GroupVersion(string Group, string Version)
{
    /// <summary>Parses <c>group/version</c> or <c>version</c>.</summary>
    public static GroupVersion Parse(string apiVersion)
    {
        var slash = apiVersion.IndexOf('/');
        return slash < 0 ? new("", apiVersion) : new(apiVersion[..slash], apiVersion[(slash + 1)..]);
    }

    /// <summary>The form <c>apiVersion</c> takes in objects.</summary>
    public override string ToString() => Group.Length == 0 ? Version : $"{Group}/{Version}";
}

/// <summary>What the API knows of a kind: names, scope, and how to make one. Upstream spreads this over Scheme and RESTMapping.</summary>
public sealed class KindInfo
{
    private readonly Func<IApiMessage> _new;
    private readonly Func<ObjectSchema> _schema;

    /// <summary>Used by generated code, and by kinds that arrive at run time.</summary>
    public KindInfo(string group, string version, string kind, Func<IApiMessage> @new, Func<ObjectSchema> schema)
    {
        Group = group;
        Version = version;
        Kind = kind;
        ApiVersion = new GroupVersion(group, version).ToString();
        Singular = kind.ToLowerInvariant();
        _new = @new;
        _schema = schema;
    }

    /// <summary>API group, empty for core.</summary>
    public string Group { get; }

    /// <summary>Version in the group.</summary>
    public string Version { get; }

    /// <summary>Kind, for example <c>Pod</c>.</summary>
    public string Kind { get; }

    /// <summary><c>group/version</c> as objects carry it.</summary>
    public string ApiVersion { get; }

    /// <summary>Group and version.</summary>
    public GroupVersion GroupVersion => new(Group, Version);

    /// <summary>Plural resource name, empty when the kind has no resource.</summary>
    public string Resource { get; init; } = "";

    /// <summary>Singular resource name.</summary>
    public string Singular { get; init; }

    /// <summary>Whether objects live in namespaces.</summary>
    public bool Namespaced { get; init; } = true;

    /// <summary>Short names for kubectl.</summary>
    public IReadOnlyList<string> ShortNames { get; init; } = [];

    /// <summary>Categories, for example <c>all</c>.</summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>Schema of the kind.</summary>
    public ObjectSchema Schema => _schema();

    /// <summary>An empty object of the kind.</summary>
    public IApiMessage New() => _new();

    /// <inheritdoc/>
    public override string ToString() => $"{ApiVersion}, Kind={Kind}";
}
