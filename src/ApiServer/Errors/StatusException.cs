using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>Ends a request with a Status (upstream's <c>apierrors.StatusError</c>); <see cref="ApiErrors"/> makes them.</summary>
public sealed class StatusException(Status status) : Exception(status.Message)
{
    /// <summary>What the client is told.</summary>
    public Status Status { get; } = status;

    /// <summary>Whether this says that the object exists already.</summary>
    public bool IsAlreadyExists => Status.Reason == StatusReason.AlreadyExists;

    /// <summary>Whether this says that the object does not exist.</summary>
    public bool IsNotFound => Status.Reason == StatusReason.NotFound;

    /// <summary>Whether this says that the object changed in between.</summary>
    public bool IsConflict => Status.Reason == StatusReason.Conflict;
}

/// <summary>Values of <see cref="Status.Reason"/>.</summary>
public static class StatusReason
{
    /// <summary>401.</summary>
    public const string Unauthorized = "Unauthorized";

    /// <summary>403.</summary>
    public const string Forbidden = "Forbidden";

    /// <summary>404.</summary>
    public const string NotFound = "NotFound";

    /// <summary>409, the name is taken.</summary>
    public const string AlreadyExists = "AlreadyExists";

    /// <summary>409, the object changed.</summary>
    public const string Conflict = "Conflict";

    /// <summary>410, the revision is no longer kept.</summary>
    public const string Expired = "Expired";

    /// <summary>410.</summary>
    public const string Gone = "Gone";

    /// <summary>422.</summary>
    public const string Invalid = "Invalid";

    /// <summary>400.</summary>
    public const string BadRequest = "BadRequest";

    /// <summary>405.</summary>
    public const string MethodNotAllowed = "MethodNotAllowed";

    /// <summary>406.</summary>
    public const string NotAcceptable = "NotAcceptable";

    /// <summary>413.</summary>
    public const string RequestEntityTooLarge = "RequestEntityTooLarge";

    /// <summary>415.</summary>
    public const string UnsupportedMediaType = "UnsupportedMediaType";

    /// <summary>429.</summary>
    public const string TooManyRequests = "TooManyRequests";

    /// <summary>500.</summary>
    public const string InternalError = "InternalError";

    /// <summary>504.</summary>
    public const string Timeout = "Timeout";

    /// <summary>504, the server gave up waiting.</summary>
    public const string ServerTimeout = "ServerTimeout";

    /// <summary>503.</summary>
    public const string ServiceUnavailable = "ServiceUnavailable";
}
