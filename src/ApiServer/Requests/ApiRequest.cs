using System.Text;
using Microsoft.AspNetCore.Http;

namespace Tiphys.ApiServer;

/// <summary>One request on its way through the server.</summary>
/// <param name="http">The HTTP exchange.</param>
/// <param name="info">What it is about.</param>
/// <param name="user">Who makes it.</param>
public sealed class ApiRequest(HttpContext http, RequestInfo info, UserInfo user)
{
    private const int MostFieldManager = 128;

    /// <summary>The HTTP exchange.</summary>
    public HttpContext Http { get; } = http;

    /// <summary>What the request is about.</summary>
    public RequestInfo Info { get; } = info;

    /// <summary>Who makes it.</summary>
    public UserInfo User { get; } = user;

    /// <summary>Cancelled when the client goes away or the server stops.</summary>
    public CancellationToken Cancel => Http.RequestAborted;

    /// <summary>Warnings for the client, sent as headers with whatever the answer is.</summary>
    public WarningHeaders Warnings { get; } = new(http.Response.Headers);

    /// <summary>A query parameter; empty when missing.</summary>
    public string Query(string name) => Http.Request.Query.TryGetValue(name, out var values) && values.Count > 0 ? values[0] ?? "" : "";

    /// <summary>A boolean query parameter as Go parses it; any unknown text is false.</summary>
    public bool QueryFlag(string name)
    {
        if (!Http.Request.Query.TryGetValue(name, out var values) || values.Count == 0) return false;
        return values[0] is null or "" or "1" or "t" or "T" or "true" or "TRUE" or "True";
    }

    /// <summary>A number in the query, or null.</summary>
    /// <exception cref="StatusException">400: not a number.</exception>
    public long? QueryNumber(string name)
    {
        return Http.Request.Query.TryGetValue(name, out var values) && values.Count > 0 ? GoNumbers.ParseInt(values[0] ?? "") : null;
    }

    /// <summary>Whether the request asks for a dry run.</summary>
    /// <exception cref="StatusException">The value is none the API knows.</exception>
    public bool DryRun
    {
        get
        {
            if (!Http.Request.Query.TryGetValue("dryRun", out var values) || values.Count == 0) return false;
            var errors = new FieldErrors();
            RequestOptions.CheckDryRun(values.OfType<string>(), errors);
            if (errors.Count > 0) throw ApiErrors.Invalid(new("meta.k8s.io", OptionsKind), "", errors);
            return true;
        }
    }

    private string OptionsKind => Info.Verb switch { "create" => "CreateOptions", "update" => "UpdateOptions", _ => "PatchOptions" };

    /// <summary>Who shall own the fields this request sets: the query's fieldManager, or the first part of the User-Agent.</summary>
    public string FieldManager
    {
        get
        {
            var manager = Query("fieldManager");
            if (Encoding.UTF8.GetByteCount(manager) > MostFieldManager)
            {
                var errors = new FieldErrors();
                errors.TooLong(FieldPath.Of("fieldManager"), MostFieldManager);
                throw ApiErrors.Invalid(new("meta.k8s.io", OptionsKind), "", errors);
            }

            if (manager.Length > 0) return manager;
            var agent = Http.Request.Headers.UserAgent.ToString();
            var slash = agent.IndexOf('/', StringComparison.Ordinal);
            return slash < 0 ? agent : agent[..slash];
        }
    }
}
