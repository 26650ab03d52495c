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
        var options = ListParameters.Read(request, watch: false);
        var (items, metadata) = await FindAsync(SelectionOf(request, options), options, request.Cancel);
        await ObjectResponse.WriteListAsync(request, View, items, metadata);
    }

    private async Task<(List<StoredObject> Items, ListMeta Metadata)> FindAsync(Selection selection, ListParameters options, CancellationToken cancel)
    {
        var (revisionText, limit) = (options.Revision, options.Limit);
        if (options.Continue.Length > 0)
        {
            var (shown, _) = ContinueToken.Parse(options.Continue); // a broken token is told before what may not be beside it
            if (revisionText is not ("" or "0")) throw ApiErrors.BadRequest("specifying resource version is not allowed when using continue");
            if (shown > 0) await WaitForAsync((ulong)shown, cancel);
            return await Store.PageAsync(selection, 0, limit, options.Continue, cancel);
        }

        var wanted = RevisionOfList(revisionText);
        var isExact = options.Match == ResourceVersionMatch.Exact || (options.Match.Length == 0 && limit > 0 && wanted > 0);
        if (isExact || (limit > 0 && revisionText != "0"))
        {
            if (wanted > 0) await WaitForAsync(wanted, cancel);
            return await Store.PageAsync(selection, isExact ? (long)wanted : 0, limit, "", cancel);
        }

        List<StoredObject> items;
        long revision;
        if (revisionText.Length == 0) (items, revision) = await Store.ListFreshAsync(selection, cancel);
        else
        {
            await WaitForAsync(wanted, cancel);
            (items, revision) = Store.Cache.List(selection);
        }

        return (items, new ListMeta { ResourceVersion = revision.ToString(CultureInfo.InvariantCulture) });
    }

    private async Task WatchAsync(ApiRequest request)
    {
        Need("watch");
        var options = ListParameters.Read(request, watch: true);
        var selection = SelectionOf(request, options);
        if (request.Info.Name.Length > 0 && request.Query("fieldSelector").Length == 0)
            selection = selection with { Fields = new([new("metadata.name", request.Info.Name, false)]) };

        // Watches end after 30 to 60 minutes when the client does not say, spread out so that they do not all return at once.
        var seconds = options.TimeoutSeconds is > 0 and { } asked ? asked : Random.Shared.Next(1800, 3600);
        var wanted = RevisionOfOne(options.Revision);
        var initialEvents = options.InitialEvents == true;
        long? revision = null;
        Status? failure = null;
        if (options.Revision.Length == 0) await Store.WaitFreshAsync(request.Cancel);
        if (initialEvents) failure = await TryWaitForAsync(wanted, request.Cancel);
        else
        {
            // A revision of the future is waited for by the watch, as a server behind a load balancer must.
            await WaitForAsync(Math.Min(wanted, (ulong)Store.CurrentRevision), request.Cancel);
            revision = wanted > 0 ? Clamp(wanted) : Store.Cache.Revision;
        }

        await new WatchResponse(request, View, Store.Cache, time).RunAsync(
            new WatchOptions(selection, revision, options.Bookmarks, initialEvents && options.Bookmarks, TimeSpan.FromSeconds(seconds), failure));
    }

    private async Task WaitForAsync(ulong wanted, CancellationToken cancel)
    {
        if (await TryWaitForAsync(wanted, cancel) is { } failure) throw new StatusException(failure);
    }

    /// <summary>Waits until the cache has a revision; 504 when nobody makes it.</summary>
    private async Task<Status?> TryWaitForAsync(ulong wanted, CancellationToken cancel)
    {
        var revision = Clamp(wanted);
        if (Store.Cache.Revision >= revision) return null;

        // Another server of the cluster may have made it without this one knowing.
        if (revision > Store.CurrentRevision) await Store.ReadRevisionAsync(cancel);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        if (Store.Cache.Revision < revision && revision > Store.CurrentRevision) patience.CancelAfter(FreshWithin);
        try
        {
            await Store.Cache.WaitForRevisionAsync(revision, patience.Token);
            return null;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            var error = ApiErrors.Timeout($"Too large resource version: {wanted}, current: {Store.Cache.Revision}", 1);
            error.Status.Details!.Causes = [new() { Reason = "ResourceVersionTooLarge", Message = "Too large resource version" }];
            return error.Status;
        }
    }

    /// <summary>Revisions are told as 64 bits without sign, and are 63 in the store.</summary>
    private static long Clamp(ulong revision) => (long)Math.Min(revision, long.MaxValue);

    /// <summary>Upstream takes a resource version that is none as the client's fault in a list, and elsewhere as its own.</summary>
    private static ulong RevisionOfList(string text)
    {
        try
        {
            return GoNumbers.ParseRevision(text);
        }
        catch (FormatException e)
        {
            throw ApiErrors.BadRequest($"invalid resource version: {e.Message}");
        }
    }

    private static ulong RevisionOfOne(string text)
    {
        try
        {
            return GoNumbers.ParseRevision(text);
        }
        catch (FormatException e)
        {
            throw ApiErrors.Plain(e.Message);
        }
    }
}
