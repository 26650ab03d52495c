using System.Globalization;
using System.Text;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>Lists, in pages or whole, and watches.</summary>
internal sealed partial class ResourceHandler
{
    private static readonly TimeSpan FreshWithin = TimeSpan.FromSeconds(3);

    private async Task ListAsync(ApiRequest request)
    {
        Need("list");
        var selection = SelectionOf(request);
        var revisionText = request.Query("resourceVersion");
        var match = request.Query("resourceVersionMatch");
        var limit = request.QueryNumber("limit") ?? 0;
        _ = request.QueryNumber("timeoutSeconds"); // of no use to a list, but it must be a number
        var token = request.Query("continue");
        CheckRevisionMatch(revisionText, match, token);
        if (token.Length > 0 || match == ResourceVersionMatch.Exact || (limit > 0 && revisionText != "0"))
        {
            var exact = match == ResourceVersionMatch.Exact ? ParseRevision(revisionText) : 0;
            var page = await Store.PageAsync(selection, exact, limit, token, request.Cancel);
            await ObjectResponse.WriteListAsync(request, View, page.Items, page.Metadata);
            return;
        }

        List<StoredObject> items;
        long revision;
        if (revisionText.Length == 0) (items, revision) = await Store.ListFreshAsync(selection, request.Cancel);
        else
        {
            await WaitForAsync(ParseRevision(revisionText), request.Cancel);
            (items, revision) = Store.Cache.List(selection);
        }

        await ObjectResponse.WriteListAsync(request, View, items, new ListMeta { ResourceVersion = revision.ToString(CultureInfo.InvariantCulture) });
    }

    private async Task WatchAsync(ApiRequest request)
    {
        Need("watch");
        var selection = SelectionOf(request);
        if (request.Info.Name.Length > 0 && request.Query("fieldSelector").Length == 0)
            selection = selection with { Fields = new([new("metadata.name", request.Info.Name, false)]) };
        var revisionText = request.Query("resourceVersion");
        var initialEvents = request.QueryFlag("sendInitialEvents");
        var bookmarks = request.QueryFlag("allowWatchBookmarks");
        if (initialEvents && request.Query("resourceVersionMatch") != ResourceVersionMatch.NotOlderThan)
        {
            throw InvalidListOptions(static e => e.Forbidden(FieldPath.Of("resourceVersionMatch"), "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
        }

        // Watches end after 30 to 60 minutes when the client does not say, spread out so that they do not all return at once.
        var seconds = request.QueryNumber("timeoutSeconds") is > 0 and { } asked ? asked : Random.Shared.Next(1800, 3600);
        long? revision = null;
        if (revisionText is "" or "0" || initialEvents)
        {
            if (revisionText is "") await Store.WaitFreshAsync(request.Cancel);
            else await WaitForAsync(ParseRevision(revisionText), request.Cancel);
        }
        else
        {
            // A revision of the future is waited for, as a server behind a load balancer must.
            revision = ParseRevision(revisionText);
            await WaitForAsync(Math.Min(revision.Value, Store.CurrentRevision), request.Cancel);
        }

        await new WatchResponse(request, View, Store.Cache, time).RunAsync(
            new WatchOptions(selection, revision, bookmarks, initialEvents && bookmarks, TimeSpan.FromSeconds(seconds)));
    }

    private async Task WaitForAsync(long revision, CancellationToken cancel)
    {
        if (Store.Cache.Revision >= revision) return;

        // Another server of the cluster may have made it without this one knowing.
        if (revision > Store.CurrentRevision) await Store.ReadRevisionAsync(cancel);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        if (Store.Cache.Revision < revision && revision > Store.CurrentRevision) patience.CancelAfter(FreshWithin);
        try
        {
            await Store.Cache.WaitForRevisionAsync(revision, patience.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            var error = ApiErrors.Timeout($"Too large resource version: {revision}, current: {Store.Cache.Revision}", 1);
            error.Status.Details!.Causes = [new() { Reason = "ResourceVersionTooLarge", Message = "Too large resource version" }];
            throw error;
        }
    }

    private static void CheckRevisionMatch(string revision, string match, string token)
    {
        if (match.Length == 0) return;
        if (token.Length > 0) throw InvalidListOptions(static e => e.Forbidden(FieldPath.Of("resourceVersionMatch"), "resourceVersionMatch is forbidden when continue is provided"));
        if (revision.Length == 0) throw InvalidListOptions(static e => e.Forbidden(FieldPath.Of("resourceVersionMatch"), "resourceVersionMatch is forbidden unless resourceVersion is provided"));
        if (match is not (ResourceVersionMatch.Exact or ResourceVersionMatch.NotOlderThan))
            throw InvalidListOptions(e => e.NotSupported(FieldPath.Of("resourceVersionMatch"), match, [ResourceVersionMatch.Exact, ResourceVersionMatch.NotOlderThan, ""]));
        if (match == ResourceVersionMatch.Exact && revision == "0")
            throw InvalidListOptions(static e => e.Forbidden(FieldPath.Of("resourceVersionMatch"), "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
    }

    private static StatusException InvalidListOptions(Action<FieldErrors> report)
    {
        var errors = new FieldErrors();
        report(errors);
        return ApiErrors.Invalid(new("meta.k8s.io", "ListOptions"), "", errors);
    }

    private static long ParseRevision(string text)
    {
        if (text.Length == 0) return 0;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var revision)) return revision;
        throw ApiErrors.BadRequest($"invalid resource version: resourceVersion: Invalid value: \"{text}\": strconv.ParseUint: parsing \"{text}\": invalid syntax");
    }
}
