using System.Collections.Frozen;

namespace Tiphys.ApiServer;

/// <summary>Finds the handler of a resource request.</summary>
internal sealed class ResourceRouter(IEnumerable<ResourceHandler> handlers, IEnumerable<ReviewResource> reviews)
{
    private readonly FrozenDictionary<(string Group, string Version, string Resource), ResourceHandler> _handlers =
        handlers.ToFrozenDictionary(static h => (h.View.Kind.Group, h.View.Kind.Version, h.View.Kind.Resource));

    private readonly FrozenDictionary<(string Group, string Version, string Resource), ReviewResource> _reviews =
        reviews.ToFrozenDictionary(static r => (r.Kind.Group, r.Kind.Version, r.Kind.Resource));

    public IEnumerable<ResourceHandler> Handlers => _handlers.Values;

    public Task HandleAsync(ApiRequest request)
    {
        var info = request.Info;
        if (request.Http.Request.Method == "HEAD") throw ApiErrors.MethodNotAllowed();
        if (!_handlers.TryGetValue((info.Group, info.Version, info.Resource), out var handler)) return ReviewAsync(request);
        if (handler.View.Kind.Namespaced)
        {
            // Across all namespaces a collection can be seen, and no more.
            if (info.Namespace.Length == 0 && (info.Verb == "deletecollection" || (info.Name.Length == 0 && info.Verb is "create" or "update" or "patch"))) throw ApiErrors.MethodNotAllowed();

            // A name needs its namespace.
            if (info.Namespace.Length == 0 && (info.Verb is "create" or "update" or "patch" or "delete" or "get" || info.Subresource.Length > 0)) throw ApiErrors.UnknownPath();
        }
        else if (info.Namespace.Length > 0 && info.Resource != "namespaces") throw ApiErrors.UnknownPath();

        // A namespace is its own object, not an object in a namespace.
        if (info is { Resource: "namespaces", Group: "", Namespace.Length: > 0 }) request = new ApiRequest(request.Http, info with { Namespace = "" }, request.User);
        return handler.HandleAsync(request);
    }

    private Task ReviewAsync(ApiRequest request)
    {
        var info = request.Info;
        if (!_reviews.TryGetValue((info.Group, info.Version, info.Resource), out var review) || review.Kind.Namespaced != info.Namespace.Length > 0) throw ApiErrors.UnknownPath();
        return review.HandleAsync(request);
    }
}
