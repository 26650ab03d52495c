namespace Tiphys.ApiServer;

/// <summary>What a request is about, read off its method, path and query (upstream's <c>request.RequestInfo</c>).</summary>
public sealed record RequestInfo
{
    private static readonly string[] NamespaceSubresources = ["status", "finalize"];

    /// <summary>The path, as sent.</summary>
    public required string Path { get; init; }

    /// <summary>API verb (get, list, watch, create, update, patch, delete, deletecollection), or the lower-cased method for paths that are no resources.</summary>
    public required string Verb { get; init; }

    /// <summary>Whether the path is below a resource.</summary>
    public bool IsResourceRequest { get; init; }

    /// <summary>API group; empty for core.</summary>
    public string Group { get; init; } = "";

    /// <summary>API version.</summary>
    public string Version { get; init; } = "";

    /// <summary>Namespace; empty when the path names none.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Plural resource.</summary>
    public string Resource { get; init; } = "";

    /// <summary>Subresource, or empty.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>What follows the subresource (for proxies), without a leading slash.</summary>
    public string Rest { get; init; } = "";

    /// <summary>Name of the object; empty for collections.</summary>
    public string Name { get; init; } = "";

    /// <summary>The query's field selector, as sent: some may list only with the right one.</summary>
    public string FieldSelector { get; init; } = "";

    /// <summary>Group and resource, for messages.</summary>
    public GroupResource GroupResource => new(Group, Resource);

    /// <summary>Reads a request.</summary>
    /// <param name="method">HTTP method.</param>
    /// <param name="path">Unescaped path.</param>
    /// <param name="watch">Whether the query asks to watch.</param>
    /// <param name="fieldSelectorName">A name the query's field selector pins (<c>metadata.name=x</c>), or null: such lists are authorized by name.</param>
    public static RequestInfo Parse(string method, string path, bool watch, string? fieldSelectorName = null)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var other = new RequestInfo { Path = path, Verb = method.ToLowerInvariant() };
        if (parts.Length < 3 || parts[0] is not ("api" or "apis") || (parts[0] == "apis" && parts.Length < 4)) return other;
        var (group, version) = parts[0] == "api" ? ("", parts[1]) : (parts[1], parts[2]);
        var rest = parts[0] == "api" ? parts[2..] : parts[3..];

        var verb = method switch
        {
            "POST" => "create",
            "GET" or "HEAD" => "get",
            "PUT" => "update",
            "PATCH" => "patch",
            "DELETE" => "delete",
            _ => "",
        };
        if (rest[0] is "watch" && rest.Length > 1)
        {
            // The old form /api/v1/watch/...; clients stopped using it but it is part of the API.
            verb = "watch";
            rest = rest[1..];
        }

        var ns = "";
        if (rest[0] == "namespaces" && rest.Length > 1)
        {
            ns = rest[1];

            // /namespaces/x is the object x itself unless another resource follows.
            if (rest.Length > 2 && Array.IndexOf(NamespaceSubresources, rest[2]) < 0) rest = rest[2..];
        }

        var resource = rest[0];
        var name = rest.Length > 1 ? rest[1] : "";
        var subresource = rest.Length > 2 ? rest[2] : "";
        if (name.Length == 0)
        {
            verb = verb switch
            {
                "get" => watch ? "watch" : "list",
                "delete" => "deletecollection",
                _ => verb,
            };
            if (verb is "list" or "watch" or "deletecollection" && fieldSelectorName is not null) name = fieldSelectorName;
        }
        else if (verb == "get" && watch && subresource.Length == 0) verb = "watch";

        return other with
        {
            IsResourceRequest = true,
            Verb = verb,
            Group = group,
            Version = version,
            Namespace = ns,
            Resource = resource,
            Subresource = subresource,
            Name = name,
            Rest = rest.Length > 3 ? string.Join('/', rest[3..]) : "",
        };
    }
}
