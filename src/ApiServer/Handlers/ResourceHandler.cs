using Tiphys.Api;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>Answers the requests to one resource as one API version shows it.</summary>
internal sealed partial class ResourceHandler(ResourceStore store, ResourceView view, ServedVersion? version, TimeProvider time)
{
    public ResourceStore Store { get; } = store;

    public ResourceView View { get; } = view;

    private KindInfo Kind => View.Kind;

    private ResourceDefinition Definition => Store.Definition;

    /// <summary>Answers a request.</summary>
    /// <exception cref="StatusException">It is refused.</exception>
    public Task HandleAsync(ApiRequest request)
    {
        var info = request.Info;
        if (DeprecatedVersions.Warning(info) is { } warning) request.Warnings.Add(warning);
        if (info.Subresource.Length > 0) return SubresourceAsync(request);
        CheckAccept(request);
        return info.Verb switch
        {
            "get" => GetAsync(request),
            "list" => ListAsync(request),
            "watch" => WatchAsync(request),
            "create" when info.Name.Length == 0 => CreateAsync(request),
            "update" when info.Name.Length > 0 => UpdateAsync(request, null),
            "patch" when info.Name.Length > 0 => PatchAsync(request, null),
            "delete" => DeleteAsync(request),
            "deletecollection" => DeleteCollectionAsync(request),
            _ => throw ApiErrors.MethodNotAllowed(),
        };
    }

    private Task SubresourceAsync(ApiRequest request)
    {
        var info = request.Info;
        if (!Definition.Subresources.TryGetValue(info.Subresource, out var subresource)) throw ApiErrors.UnknownPath();
        if (!subresource.Verbs.Contains(info.Verb)) throw ApiErrors.MethodNotAllowed();
        if (subresource is ObjectSubresource) CheckAccept(request);
        return (subresource, info.Verb) switch
        {
            (HandlerSubresource handler, _) => handler.HandleAsync(request, Store),
            (ObjectSubresource, "get") => GetAsync(request),
            (ObjectSubresource part, "update") => UpdateAsync(request, part.Strategy),
            (ObjectSubresource part, "patch") => PatchAsync(request, part.Strategy),
            _ => throw ApiErrors.MethodNotAllowed(),
        };
    }

    private async Task GetAsync(ApiRequest request)
    {
        // A read that allows an older state could come from the cache, but the store holds its newest state in memory too.
        await WaitForAsync(RevisionOfOne(request.Query("resourceVersion")), request.Cancel);
        var stored = await Store.GetAsync(request.Info.Namespace, request.Info.Name, request.Cancel);
        await ObjectResponse.WriteAsync(request, View, stored);
    }

    private async Task CreateAsync(ApiRequest request)
    {
        Need("create");
        var item = (IKubernetesObject)await RequestBody.ReadAsync(request, Kind);
        item = ToStored(item);
        var stored = await Store.CreateAsync(item, WriteContext.Of(request) with { Version = version });
        await ObjectResponse.WriteAsync(request, View, stored, 201);
    }

    private async Task UpdateAsync(ApiRequest request, IResourceStrategy? strategy)
    {
        if (strategy is null) Need("update");
        var item = (IKubernetesObject)await RequestBody.ReadAsync(request, Kind);
        item = ToStored(item);
        var (stored, created) = await Store.UpdateAsync(
            request.Info.Name,
            current => (IKubernetesObject)item.DeepCopyMessage(),
            new UpdateBehavior(strategy, MayCreate: strategy is null),
            WriteContext.Of(request) with { Version = version });
        await ObjectResponse.WriteAsync(request, View, stored, created ? 201 : 200);
    }

    private async Task DeleteAsync(ApiRequest request)
    {
        Need("delete");
        var options = await DeletionRequest.ReadAsync(request);
        var (stored, gone) = await Store.DeleteAsync(request.Info.Name, options, DeletionRequest.Context(request, options));
        if (!gone || Definition.ReturnsDeletedObject)
        {
            await ObjectResponse.WriteAsync(request, View, stored);
            return;
        }

        var metadata = View.Decode(stored).Metadata;
        await ObjectResponse.WriteAsync(request, new Status
        {
            Result = "Success",
            Details = new() { Name = metadata.Name, Group = Kind.Group, Kind = Kind.Resource, Uid = metadata.Uid },
        });
    }

    private async Task DeleteCollectionAsync(ApiRequest request)
    {
        Need("deletecollection");
        var chosen = ListParameters.Read(request, watch: false);
        var selection = SelectionOf(request, chosen);
        var options = await DeletionRequest.ReadAsync(request);
        var (items, metadata) = await FindAsync(selection, chosen, request.Cancel);
        foreach (var item in items)
        {
            try
            {
                await Store.DeleteAsync(item.Name, options, DeletionRequest.Context(request, options) with { Namespace = item.Namespace });
            }
            catch (StatusException e) when (e.IsNotFound)
            {
                // Gone already: what the request wants.
            }
        }

        await ObjectResponse.WriteListAsync(request, View, items, metadata);
    }

    /// <summary>400: kinds that have fields of their own to select by say it in other words than the rest.</summary>
    private StatusException UnknownLabel(string field) => ApiErrors.BadRequest(
        Definition.Schema.SelectableFields.Count == 0 ? $"{GoText.Quote(field)} is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
        : Kind is { Group: "batch", Kind: "Job" } ? $"field label {GoText.Quote(field)} not supported for Job"
        : $"field label not supported: {field}");

    private IKubernetesObject ToStored(IKubernetesObject item) => version is null ? item : version.Converter.ToStored(item);

    private void Need(string verb)
    {
        if (!Definition.Verbs.Contains(verb)) throw ApiErrors.MethodNotAllowed();
    }

    /// <summary>A client that can take no answer is told so before anything happens.</summary>
    private static void CheckAccept(ApiRequest request)
    {
        var accept = request.Http.Request.Headers.Accept.ToString();
        MediaTypes.Demand(accept, request.Info.Verb is "list" or "watch" ? [.. MediaTypes.Supported, .. MediaTypes.Streams] : MediaTypes.Supported);
        var accepted = MediaTypes.Negotiate(accept, transforms: true);
        if (request.Info.Verb == "watch" && accepted.Format == WireFormat.Yaml) throw ApiErrors.NotAcceptable(MediaTypes.Streams);
    }

    private Selection SelectionOf(ApiRequest request, ListParameters options)
    {
        var fields = options.Fields;
        if (version?.FieldLabels is { } names) fields = new([.. fields.Requirements.Select(r => r with { Field = names.GetValueOrDefault(r.Field) ?? throw UnknownLabel(r.Field) })]);
        foreach (var requirement in fields.Requirements)
            if (!Definition.Schema.IsSelectable(requirement.Field)) throw UnknownLabel(requirement.Field);
        return new Selection(request.Info.Namespace, options.Labels, fields);
    }
}
