using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>A group and a resource in it, as error messages name them.</summary>
/// <param name="Group">API group, empty for core.</param>
/// <param name="Resource">Plural resource, or in <c>Invalid</c> errors the kind.</param>
public readonly record struct GroupResource(string Group, string Resource)
{
    /// <summary><c>deployments.apps</c>, or <c>pods</c>.</summary>
    public override string ToString() => Group.Length == 0 ? Resource : $"{Resource}.{Group}";
}

/// <summary>Makes the errors the API answers with, in upstream's words.</summary>
public static class ApiErrors
{
    /// <summary>404: there is no such object.</summary>
    public static StatusException NotFound(GroupResource resource, string name) =>
        New(404, StatusReason.NotFound, $"{resource} \"{name}\" not found", new() { Name = name, Group = resource.Group, Kind = resource.Resource });

    /// <summary>404 in plain words: nothing of the API is under this path, so there is no Status to expect.</summary>
    public static PageNotFoundException UnknownPage() => new();

    /// <summary>404: there is no such resource.</summary>
    public static StatusException UnknownPath() => New(404, StatusReason.NotFound, "the server could not find the requested resource", new());

    /// <summary>409: the name is taken.</summary>
    public static StatusException AlreadyExists(GroupResource resource, string name) =>
        New(409, StatusReason.AlreadyExists, $"{resource} \"{name}\" already exists", new() { Name = name, Group = resource.Group, Kind = resource.Resource });

    /// <summary>409: the request does not fit the object's state.</summary>
    public static StatusException Conflict(GroupResource resource, string name, string why) =>
        New(409, StatusReason.Conflict, $"Operation cannot be fulfilled on {resource} \"{name}\": {why}", new() { Name = name, Group = resource.Group, Kind = resource.Resource });

    /// <summary>409: the object changed since it was read.</summary>
    public static StatusException Stale(GroupResource resource, string name) =>
        Conflict(resource, name, "the object has been modified; please apply your changes to the latest version and try again");

    /// <summary>403: the caller may not.</summary>
    public static StatusException Forbidden(GroupResource resource, string name, string why)
    {
        var message = resource.Resource.Length == 0 ? $"forbidden: {why}"
            : name.Length == 0 ? $"{resource} is forbidden: {why}"
            : $"{resource} \"{name}\" is forbidden: {why}";
        return New(403, StatusReason.Forbidden, message, new() { Name = name, Group = resource.Group, Kind = resource.Resource });
    }

    /// <summary>422: the object breaks rules.</summary>
    public static StatusException Invalid(GroupResource kind, string name, FieldErrors errors) => New(
        422,
        StatusReason.Invalid,
        $"{kind} \"{name}\" is invalid: {errors}",
        new()
        {
            Name = name,
            Group = kind.Group,
            Kind = kind.Resource,
            Causes = [.. errors.Select(static e => new StatusCause { Reason = e.Reason, Message = e.Body, Field = e.Field })],
        });

    /// <summary>400: the request makes no sense.</summary>
    public static StatusException BadRequest(string message) => New(400, StatusReason.BadRequest, message, null);

    /// <summary>401: nobody knows the caller.</summary>
    public static StatusException Unauthorized() => New(401, StatusReason.Unauthorized, "Unauthorized", null);

    /// <summary>405: the path does not have the method.</summary>
    public static StatusException MethodNotAllowed() => New(405, StatusReason.MethodNotAllowed, "the server does not allow this method on the requested resource", new());

    /// <summary>410: the revision is no longer kept.</summary>
    public static StatusException Expired(string message) => New(410, StatusReason.Expired, message, null);

    /// <summary>429: try again later.</summary>
    public static StatusException TooManyRequests(string message, int retryAfterSeconds) =>
        New(429, StatusReason.TooManyRequests, message, new() { RetryAfterSeconds = retryAfterSeconds });

    /// <summary>406: none of the media types the client takes can be had.</summary>
    public static StatusException NotAcceptable(IEnumerable<string> supported) =>
        New(406, StatusReason.NotAcceptable, $"only the following media types are accepted: {string.Join(", ", supported)}", null);

    /// <summary>406: the path has no representation the client takes. Upstream says it in other words than of shapes.</summary>
    public static StatusException NoRepresentation(IEnumerable<string> available) =>
        New(406, StatusReason.NotAcceptable, $"406: Not Acceptable\n\nAvailable representations: {string.Join(", ", available)}", new());

    /// <summary>415: the body's media type is unknown.</summary>
    public static StatusException UnsupportedMediaType(IEnumerable<string> supported) =>
        New(415, StatusReason.UnsupportedMediaType, $"the body of the request was in an unknown format - accepted media types include: {string.Join(", ", supported)}", null);

    /// <summary>415: the kind of patch is unknown. Upstream says it in other words than of bodies.</summary>
    public static StatusException UnsupportedPatch() => New(415, StatusReason.UnsupportedMediaType, "415: Unsupported Media Type", new());

    /// <summary>413: the body is too large.</summary>
    public static StatusException RequestEntityTooLarge(string message) => New(413, StatusReason.RequestEntityTooLarge, message, null);

    /// <summary>500: our fault.</summary>
    public static StatusException InternalError(string message) =>
        New(500, StatusReason.InternalError, $"Internal error occurred: {message}", new() { Causes = [new() { Message = message }] });

    /// <summary>500 without a reason: a fault that upstream did not foresee in a client's request.</summary>
    public static StatusException Plain(string message) => New(500, "", message, null);

    /// <summary>
    /// 500 without a reason: what the store says, as it says it, which is how etcd's NOSPACE reaches clients. Encryption at rest is an
    /// internal matter.
    /// </summary>
    public static StatusException Store(Storage.StoreException error) => error is ValueTransformException ? InternalError(error.Message) : New(500, "", error.Message, null);

    /// <summary>503: not now.</summary>
    public static StatusException ServiceUnavailable(string message) => New(503, StatusReason.ServiceUnavailable, message, null);

    /// <summary>504: the wait was too long.</summary>
    public static StatusException Timeout(string message, int retryAfterSeconds) =>
        New(504, StatusReason.Timeout, $"Timeout: {message}", new() { RetryAfterSeconds = retryAfterSeconds });

    private static StatusException New(int code, string reason, string message, StatusDetails? details) => new(new Status
    {
        Result = "Failure",
        Code = code,
        Reason = reason,
        Message = message,
        Details = details,
    });
}
