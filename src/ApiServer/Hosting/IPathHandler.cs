namespace Tiphys.ApiServer;

/// <summary>Answers paths that are no resources: discovery, OpenAPI, health, metrics, version.</summary>
public interface IPathHandler
{
    /// <summary>Whether this handler answers the path.</summary>
    bool Handles(string path);

    /// <summary>Answers.</summary>
    /// <exception cref="StatusException">The request is refused.</exception>
    Task HandleAsync(ApiRequest request);
}
