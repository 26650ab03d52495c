using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>One resource the server offers: how it is stored, what its writes obey, what lies below it.</summary>
public sealed record ResourceDefinition
{
    /// <summary>Verbs of a resource with everything.</summary>
    public static readonly IReadOnlyList<string> AllVerbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

    /// <summary>Kind of the objects.</summary>
    public KindInfo Kind => Schema.Kind;

    /// <summary>How objects are stored and selected.</summary>
    public required ResourceSchema Schema { get; init; }

    /// <summary>What writes obey.</summary>
    public required IResourceStrategy Strategy { get; init; }

    /// <summary>Allocator for writes, or null.</summary>
    public IResourceAllocator? Allocator { get; init; }

    /// <summary>Verbs, sorted, as discovery lists them.</summary>
    public IReadOnlyList<string> Verbs { get; init; } = AllVerbs;

    /// <summary>How long an object is kept after its last write; null for ever.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>All API versions, where there are others than the stored one.</summary>
    public ResourceVersions? Versions { get; init; }

    /// <summary>Subresources by name.</summary>
    public IReadOnlyDictionary<string, Subresource> Subresources { get; init; } = new Dictionary<string, Subresource>();

    /// <summary>Creating an object whose name is taken is refused even on a dry run; deleting answers with the object instead of a Status.</summary>
    public bool ReturnsDeletedObject { get; init; }
}

/// <summary>Something below an object: <c>status</c>, <c>scale</c>, <c>log</c>, ...</summary>
public abstract class Subresource
{
    /// <summary>Kind of its body, as discovery shows it.</summary>
    public required KindInfo Kind { get; init; }

    /// <summary>Verbs, sorted, as discovery lists them.</summary>
    public required IReadOnlyList<string> Verbs { get; init; }

    /// <summary>The kind whose fields are its query parameters, where it answers with a stream instead of an object; null otherwise.</summary>
    public KindInfo? Options { get; init; }
}

/// <summary>A subresource that is a view of the object: reads give the whole object, writes change a part of it.</summary>
/// <param name="strategy">What writes through this subresource obey.</param>
public sealed class ObjectSubresource(IResourceStrategy strategy) : Subresource
{
    /// <summary>What writes obey.</summary>
    public IResourceStrategy Strategy { get; } = strategy;
}

/// <summary>A subresource that handles its requests itself.</summary>
public abstract class HandlerSubresource : Subresource
{
    /// <summary>Answers one request.</summary>
    /// <exception cref="StatusException">The request is refused.</exception>
    public abstract Task HandleAsync(ApiRequest request, ResourceStore store);
}
