using System.Net;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Client;

/// <summary>An API request that the server refused; carries the server's Status (upstream's <c>StatusError</c>).</summary>
public sealed class ApiException : Exception
{
    /// <summary>Wraps a Status.</summary>
    public ApiException(Status status, Exception? inner = null) : base(status.Message, inner) => Status = status;

    /// <summary>What the server said.</summary>
    public Status Status { get; }

    /// <summary>HTTP status code.</summary>
    public HttpStatusCode Code => (HttpStatusCode)Status.Code;

    /// <summary>The object does not exist.</summary>
    public bool IsNotFound => Status.Reason == "NotFound" || Status.Code == 404;

    /// <summary>An object of the name exists.</summary>
    public bool IsAlreadyExists => Status.Reason == "AlreadyExists";

    /// <summary>The object changed since it was read.</summary>
    public bool IsConflict => Status.Reason == "Conflict";

    /// <summary>The object breaks a rule.</summary>
    public bool IsInvalid => Status.Reason == "Invalid";

    /// <summary>The caller may not do this.</summary>
    public bool IsForbidden => Status.Reason == "Forbidden";

    /// <summary>The requested revision is no longer kept: list again.</summary>
    public bool IsExpired => Status.Reason is "Expired" or "Gone" || Status.Code == 410;

    /// <summary>The namespace is being deleted.</summary>
    public bool IsNamespaceTerminating => Status.Details?.Causes?.Exists(static c => c.Reason == "NamespaceTerminating") == true;
}
