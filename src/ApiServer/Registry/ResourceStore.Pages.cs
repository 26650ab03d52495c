using System.Globalization;
using System.Text;
using Tiphys.Api.Meta.V1;
using Tiphys.Storage;

namespace Tiphys.ApiServer;

/// <summary>Lists in pages: every page shows the same revision, read from the store's history.</summary>
public sealed partial class ResourceStore
{
    /// <summary>The newest revision this server knows of.</summary>
    public long CurrentRevision => _store.CurrentRevision;

    /// <summary>The newest revision there is, whichever server made it.</summary>
    public ValueTask<long> ReadRevisionAsync(CancellationToken cancel) => _store.ReadRevisionAsync(cancel);

    /// <summary>Waits until the cache has seen everything written so far, by other servers too.</summary>
    public async Task WaitFreshAsync(CancellationToken cancel) => await Cache.WaitForRevisionAsync(await _store.ReadRevisionAsync(cancel), cancel);

    /// <summary>Reads one page.</summary>
    /// <param name="selection">Which objects.</param>
    /// <param name="revision">The revision to show; 0 for now. Ignored with a token, which names its own.</param>
    /// <param name="limit">Most objects of the page; 0 for all.</param>
    /// <param name="token">Where the last page ended; empty for the first page.</param>
    /// <param name="cancel">Ends the read.</param>
    /// <exception cref="StatusException">400: the token is broken; 410: its revision is no longer kept.</exception>
    public async ValueTask<(List<StoredObject> Items, ListMeta Metadata)> PageAsync(Selection selection, long revision, long limit, string token, CancellationToken cancel)
    {
        var schema = Definition.Schema;
        var prefix = selection.Namespace.Length > 0 ? $"{schema.KeyPrefix}{selection.Namespace}/" : schema.KeyPrefix;
        var range = KeyRange.Prefix(Encoding.UTF8.GetBytes(prefix));
        var start = range.Start;
        if (token.Length > 0)
        {
            (revision, var after) = ContinueToken.Parse(token);
            if (revision == ContinueToken.Newest) revision = 0;
            start = Encoding.UTF8.GetBytes(prefix + after);
        }

        var items = new List<StoredObject>();
        long left;
        try
        {
            do
            {
                var result = await _store.RangeAsync(new RangeRequest(new KeyRange(start, range.End)) { Revision = revision, Limit = limit }, cancel);
                if (revision == 0) revision = result.Revision;
                left = result.Count;
                foreach (var record in result.Records)
                {
                    var (ns, name) = schema.Split(Encoding.UTF8.GetString(record.Key.Span));
                    var item = Load(ns, name, record);
                    if (selection.Matches(item)) items.Add(item);
                    start = (byte[])[.. record.Key.Span, 0];
                    left--;
                    if (limit > 0 && items.Count == limit) break;
                }
            }
            while (left > 0 && items.Count != limit);
        }
        catch (CompactedException)
        {
            throw token.Length == 0 ? ApiErrors.Expired("The resourceVersion for the provided list is too old.") : TokenTooOld(Encoding.UTF8.GetString(start.Span)[prefix.Length..]);
        }

        var metadata = new ListMeta { ResourceVersion = revision.ToString(CultureInfo.InvariantCulture) };
        if (left > 0)
        {
            metadata.Continue = ContinueToken.Format(revision, Encoding.UTF8.GetString(start.Span)[prefix.Length..]);

            // With selectors nobody knows how many of the rest would match.
            if (selection.IsWholeNamespace) metadata.RemainingItemCount = left;
        }

        return (items, metadata);
    }

    /// <summary>410 with a token that goes on at the newest revision, for clients who can live with a list of two moments.</summary>
    private static StatusException TokenTooOld(string start)
    {
        var error = ApiErrors.Expired("The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.");
        error.Status.Metadata.Continue = ContinueToken.Format(ContinueToken.Newest, start);
        return error;
    }
}
