using System.Text.Json.Nodes;
using Tiphys.Client;
using Tiphys.Kubectl.Access;
using Tiphys.Kubectl.CommandLine;

namespace Tiphys.Kubectl.Resources;

/// <summary>The objects of a query, looked up while they are visited.</summary>
internal sealed class ResourceResult(ResourceQuery query, Cluster cluster, ResourceApi api, bool single, IReadOnlyList<DiscoveredResource> types, Func<CancellationToken, IAsyncEnumerable<Found>> source)
{
    /// <summary>The query names one object.</summary>
    public bool SingleItemImplied { get; } = single;

    /// <summary>The query names objects, not types.</summary>
    public bool TargetsSingleItems { get; init; }

    /// <summary>The types the command line names.</summary>
    public IReadOnlyList<DiscoveredResource> Types { get; } = types;

    public string LabelSelector { get; init; } = "";

    public string FieldSelector { get; init; } = "";

    /// <summary>Errors that do not count.</summary>
    public Func<Exception, bool> Ignored { get; set; } = static _ => false;

    /// <summary>Calls the action with every object.</summary>
    /// <exception cref="ErrorList">Several errors, where the query says to go on after one.</exception>
    public async Task VisitAsync(Func<ResourceInfo, Task> action, CancellationToken cancel)
    {
        var errors = new List<Exception>();
        await foreach (var found in source(cancel))
        {
            try
            {
                if (found.Error is { } error) throw error;
                await EachAsync(found.Info!, action, errors, cancel);
            }
            catch (Exception e) when (IsExpected(e))
            {
                errors.Add(e);
                if (!query.ContinueOnError) break;
            }
        }

        ErrorList.ThrowIfAny([.. errors.SelectMany(static e => e is ErrorList list ? list.Errors : [e]).Where(e => !Ignored(e))]);
    }

    /// <summary>All objects that could be had, and what went wrong with the others.</summary>
    public async Task<(List<ResourceInfo> Infos, Exception? Error)> InfosAsync(CancellationToken cancel)
    {
        var infos = new List<ResourceInfo>();
        try
        {
            await VisitAsync(
                info =>
                {
                    infos.Add(info);
                    return Task.CompletedTask;
                },
                cancel);
            return (infos, null);
        }
        catch (Exception e) when (IsExpected(e))
        {
            return (infos, e);
        }
    }

    internal static bool IsExpected(Exception e) => e is KubectlException or ApiException or HttpRequestException or ErrorList or FormatException;

    private async Task EachAsync(ResourceInfo info, Func<ResourceInfo, Task> action, List<Exception> errors, CancellationToken cancel)
    {
        if (!query.Flatten || !Json.IsList(info.Object))
        {
            await OneAsync(info, action, cancel);
            return;
        }

        var mapper = await cluster.MapperAsync(cancel);
        foreach (var item in Spread(info.Object!))
        {
            try
            {
                await OneAsync(ManifestReader.Of(item, mapper, info.Source, "unable to recognize ", ""), action, cancel);
            }
            catch (Exception e) when (query.ContinueOnError && IsExpected(e))
            {
                errors.Add(e);
            }
        }
    }

    private static IEnumerable<JsonObject> Spread(JsonObject list) => Json.Items(list).SelectMany(static i => Json.IsList(i) ? Spread(i) : [i]);

    private async Task OneAsync(ResourceInfo info, Func<ResourceInfo, Task> action, CancellationToken cancel)
    {
        Place(info);
        if (!(query.Latest && info.Source.Length > 0)) Enforce(info);
        var fromFile = info.Source.Length > 0;
        if (info.Name.Length > 0 && ((fromFile && query.Latest) || (info.Object is null && query.RequireObject)))
            info.Object = await api.GetAsync(info, query.Subresource, query.Parameters.Length > 0 ? "?" + query.Parameters : "", query.Accept, cancel);
        Enforce(info);
        await action(info);
    }

    /// <summary>Refuses objects of manifests that are not of the namespace the command line names.</summary>
    private void Enforce(ResourceInfo info)
    {
        if (query.EnforceNamespace && info.Source.Length > 0 && info.Namespaced && info.Namespace != query.Namespace)
            throw new KubectlException($"the namespace from the provided object \"{info.Namespace}\" does not match the namespace \"{query.Namespace}\". You must pass '--namespace={info.Namespace}' to perform this operation.");
    }

    /// <summary>Puts the object into its namespace.</summary>
    private void Place(ResourceInfo info)
    {
        if (!info.Namespaced)
        {
            info.Namespace = "";
            if (info.Object is { } clusterScoped) Json.SetMetadata(clusterScoped, "namespace", "");
            return;
        }

        if (info.Namespace.Length == 0)
        {
            info.Namespace = query.Namespace;
            if (info.Object is { } item && !Json.IsList(item) && Json.Kind(item) != "Table") Json.SetMetadata(item, "namespace", query.Namespace);
        }
    }
}
