using Tiphys.Api;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>What the query of a list, a watch or a deletion of many asks for (upstream's <c>ListOptions</c>).</summary>
/// <param name="Labels">Label conditions.</param>
/// <param name="Fields">Field conditions.</param>
/// <param name="Revision">The resource version as given; empty when it is not.</param>
/// <param name="Match">How the resource version is meant.</param>
/// <param name="Limit">Most objects; 0 for all.</param>
/// <param name="Continue">Where the last page ended.</param>
/// <param name="TimeoutSeconds">When a watch ends, or null.</param>
/// <param name="Bookmarks">Whether progress is told.</param>
/// <param name="InitialEvents">Whether a watch begins with the objects there are; null when the query does not say.</param>
internal sealed record ListParameters(
    LabelQuery Labels, FieldQuery Fields, string Revision, string Match, long Limit, string Continue, long? TimeoutSeconds, bool Bookmarks, bool? InitialEvents)
{
    private static readonly FieldPath s_match = FieldPath.Of("resourceVersionMatch");

    /// <summary>Reads the query.</summary>
    /// <exception cref="StatusException">400: it cannot be read. 422: it makes no sense.</exception>
    public static ListParameters Read(ApiRequest request, bool watch)
    {
        // Of several faults that one is told which upstream finds first: numbers are read before selectors.
        var timeout = request.QueryNumber("timeoutSeconds");
        var limit = request.QueryNumber("limit") ?? 0;
        var options = new ListParameters(
            Selector(request.Query("labelSelector"), LabelQuery.Parse) ?? LabelQuery.Everything,
            Selector(request.Query("fieldSelector"), FieldQuery.Parse) ?? FieldQuery.Everything,
            request.Query("resourceVersion"),
            request.Query("resourceVersionMatch"),
            limit,
            request.Query("continue"),
            timeout,
            request.QueryFlag("allowWatchBookmarks"),
            request.Http.Request.Query.ContainsKey("sendInitialEvents") ? request.QueryFlag("sendInitialEvents") : null);

        // A watch from nowhere always began with the objects there are.
        if (watch && options is { InitialEvents: null, Match: "", Revision: "" or "0" }) options = options with { InitialEvents = true, Match = ResourceVersionMatch.NotOlderThan };
        var errors = new FieldErrors();
        if (watch) options.CheckWatch(errors);
        else options.CheckList(errors);
        if (errors.Count > 0) throw ApiErrors.Invalid(new("meta.k8s.io", "ListOptions"), "", errors);
        return options;
    }

    private void CheckList(FieldErrors errors)
    {
        if (Match.Length > 0)
        {
            if (Revision.Length == 0) errors.Forbidden(s_match, "resourceVersionMatch is forbidden unless resourceVersion is provided");
            if (Continue.Length > 0) errors.Forbidden(s_match, "resourceVersionMatch is forbidden when continue is provided");
            if (Match is not (ResourceVersionMatch.Exact or ResourceVersionMatch.NotOlderThan))
                errors.NotSupported(s_match, Match, [ResourceVersionMatch.Exact, ResourceVersionMatch.NotOlderThan, ""]);
            if (Match == ResourceVersionMatch.Exact && Revision == "0") errors.Forbidden(s_match, "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
        }

        if (InitialEvents is not null) errors.Forbidden(FieldPath.Of("sendInitialEvents"), "sendInitialEvents is forbidden for list");
    }

    private void CheckWatch(FieldErrors errors)
    {
        var isNotOlderThan = Match == ResourceVersionMatch.NotOlderThan;
        if (InitialEvents is not null && !isNotOlderThan) errors.Forbidden(s_match, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
        if (Match.Length == 0) return;
        if (InitialEvents is null) errors.Forbidden(s_match, "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
        if (!isNotOlderThan) errors.NotSupported(s_match, Match, [ResourceVersionMatch.NotOlderThan]);
        if (Continue.Length > 0) errors.Forbidden(s_match, "resourceVersionMatch is forbidden when continue is provided");
    }

    private static T? Selector<T>(string text, Func<string, T> parse) where T : class
    {
        try
        {
            return text.Length == 0 ? null : parse(text);
        }
        catch (FormatException e)
        {
            throw ApiErrors.BadRequest(e.Message);
        }
    }
}
