namespace Tiphys.Kubectl.Resources;

/// <summary>Which objects a command is about, and how they are looked up (upstream's resource builder).</summary>
internal sealed record ResourceQuery
{
    /// <summary>Types and names from the command line.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Manifests; null when the command takes none.</summary>
    public FileFlags? Files { get; init; }

    /// <summary>Namespace of everything that does not name its own.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Objects in manifests must not be of another namespace.</summary>
    public bool EnforceNamespace { get; init; }

    public bool AllNamespaces { get; init; }

    public string LabelSelector { get; init; } = "";

    public string FieldSelector { get; init; } = "";

    /// <summary>All objects of the types.</summary>
    public bool SelectAll { get; init; }

    /// <summary>A type alone means all its objects.</summary>
    public bool TypeMeansAll { get; init; }

    /// <summary>Page size of lists; 0 for no pages.</summary>
    public long ChunkSize { get; init; }

    public string Subresource { get; init; } = "";

    /// <summary>Accept header of reads; null for JSON.</summary>
    public string? Accept { get; init; }

    /// <summary>Further parameters of reads, such as <c>includeObject=Object</c>.</summary>
    public string Parameters { get; init; } = "";

    /// <summary>Objects of manifests are read from the server.</summary>
    public bool Latest { get; init; }

    /// <summary>Lists come as their objects.</summary>
    public bool Flatten { get; init; }

    /// <summary>Named objects are read from the server.</summary>
    public bool RequireObject { get; init; } = true;

    /// <summary>Only one type may be given.</summary>
    public bool SingleType { get; init; }

    /// <summary>An error does not end the visit.</summary>
    public bool ContinueOnError { get; init; }

    /// <summary>Checks each manifest's document before anything else is done with it; null for no checks.</summary>
    public Action<System.Text.Json.Nodes.JsonObject>? Check { get; init; }
}
