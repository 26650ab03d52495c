namespace Tiphys.Api.Meta.V1;

/// <summary>The answer to a request that has no object to return, most often an error.</summary>
[ApiKind("", "v1")]
public sealed partial class Status
{
    /// <summary>List metadata, empty as a rule.</summary>
    [Field(1)]
    public ListMeta Metadata { get; set; } = new();

    /// <summary>Whether the request succeeded.</summary>
    [Field(2, Name = "status")]
    public string Result { get; set; } = "";

    /// <summary>Explanation for people.</summary>
    [Field(3)]
    public string Message { get; set; } = "";

    /// <summary>Machine-readable cause of a failure, which refines the HTTP code.</summary>
    [Field(4)]
    public string Reason { get; set; } = "";

    /// <summary>More about the failure, shaped by the reason.</summary>
    [Field(5)]
    public StatusDetails? Details { get; set; }

    /// <summary>HTTP status code of the answer.</summary>
    [Field(6)]
    public int Code { get; set; }
}

/// <summary>What a failure concerned and why, as far as the server can tell.</summary>
[ApiType]
public sealed partial class StatusDetails
{
    /// <summary>Name of the object concerned, if there is a single one.</summary>
    [Field(1)]
    public string Name { get; set; } = "";

    /// <summary>API group of the object concerned.</summary>
    [Field(2)]
    public string Group { get; set; } = "";

    /// <summary>Kind, or on some errors resource, of the object concerned.</summary>
    [Field(3)]
    public string Kind { get; set; } = "";

    /// <summary>Identity of the object concerned.</summary>
    [Field(6)]
    public string Uid { get; set; } = "";

    /// <summary>The single faults, for example one per invalid field.</summary>
    [Field(4), Atomic]
    public List<StatusCause>? Causes { get; set; }

    /// <summary>Seconds after which trying again may help.</summary>
    [Field(5)]
    public int RetryAfterSeconds { get; set; }
}

/// <summary>One fault among those that made a request fail.</summary>
[ApiType]
public sealed partial class StatusCause
{
    /// <summary>Machine-readable kind of fault.</summary>
    [Field(1)]
    public string Reason { get; set; } = "";

    /// <summary>Explanation for people.</summary>
    [Field(2)]
    public string Message { get; set; } = "";

    /// <summary>Path of the field at fault, in JavaScript notation.</summary>
    [Field(3)]
    public string Field { get; set; } = "";
}

/// <summary>Values of a status's outcome.</summary>
public static class StatusResult
{
    /// <summary>The request succeeded.</summary>
    public const string Success = "Success";

    /// <summary>The request failed.</summary>
    public const string Failure = "Failure";
}

/// <summary>Machine-readable causes of failure; each belongs to one HTTP code.</summary>
public static class StatusReason
{
    /// <summary>No cause was given.</summary>
    public const string Unknown = "";

    /// <summary>401: the caller did not prove who it is.</summary>
    public const string Unauthorized = "Unauthorized";

    /// <summary>403: the caller may not do this.</summary>
    public const string Forbidden = "Forbidden";

    /// <summary>404: no such object or resource.</summary>
    public const string NotFound = "NotFound";

    /// <summary>409: an object of that name exists.</summary>
    public const string AlreadyExists = "AlreadyExists";

    /// <summary>409: the object changed since it was read, or a precondition failed.</summary>
    public const string Conflict = "Conflict";

    /// <summary>410: the object once was there and will not return.</summary>
    public const string Gone = "Gone";

    /// <summary>422: the object breaks validation rules; the causes say which.</summary>
    public const string Invalid = "Invalid";

    /// <summary>500: the server could not finish in time, though trying again may work.</summary>
    public const string ServerTimeout = "ServerTimeout";

    /// <summary>500: a stored object can no longer be read.</summary>
    public const string StorageReadError = "StorageReadError";

    /// <summary>504: the request's own time ran out.</summary>
    public const string Timeout = "Timeout";

    /// <summary>429: the caller is to slow down.</summary>
    public const string TooManyRequests = "TooManyRequests";

    /// <summary>400: the request makes no sense.</summary>
    public const string BadRequest = "BadRequest";

    /// <summary>405: the resource does not know the verb.</summary>
    public const string MethodNotAllowed = "MethodNotAllowed";

    /// <summary>406: none of the asked-for formats can be served.</summary>
    public const string NotAcceptable = "NotAcceptable";

    /// <summary>413: the request body is too large.</summary>
    public const string RequestEntityTooLarge = "RequestEntityTooLarge";

    /// <summary>415: the body's format cannot be read.</summary>
    public const string UnsupportedMediaType = "UnsupportedMediaType";

    /// <summary>500: something failed inside the server.</summary>
    public const string InternalError = "InternalError";

    /// <summary>410: the resource version or continue token is too old.</summary>
    public const string Expired = "Expired";

    /// <summary>503: the server cannot serve the request now.</summary>
    public const string ServiceUnavailable = "ServiceUnavailable";
}

/// <summary>Kinds of single faults.</summary>
public static class CauseType
{
    /// <summary>The field refers to something that does not exist.</summary>
    public const string FieldValueNotFound = "FieldValueNotFound";

    /// <summary>The field has to be set.</summary>
    public const string FieldValueRequired = "FieldValueRequired";

    /// <summary>The value must be unique and is not.</summary>
    public const string FieldValueDuplicate = "FieldValueDuplicate";

    /// <summary>The value has the wrong form.</summary>
    public const string FieldValueInvalid = "FieldValueInvalid";

    /// <summary>The value is not one of those allowed.</summary>
    public const string FieldValueNotSupported = "FieldValueNotSupported";

    /// <summary>The value is well formed but not allowed here.</summary>
    public const string FieldValueForbidden = "FieldValueForbidden";

    /// <summary>The value is too long.</summary>
    public const string FieldValueTooLong = "FieldValueTooLong";

    /// <summary>The list has too many items.</summary>
    public const string FieldValueTooMany = "FieldValueTooMany";

    /// <summary>Something failed while the field was checked.</summary>
    public const string InternalError = "InternalError";

    /// <summary>The value has the wrong type.</summary>
    public const string FieldValueTypeInvalid = "FieldValueTypeInvalid";

    /// <summary>The server answered in a way the client could not read.</summary>
    public const string UnexpectedServerResponse = "UnexpectedServerResponse";

    /// <summary>Another manager owns the field.</summary>
    public const string FieldManagerConflict = "FieldManagerConflict";

    /// <summary>The asked-for resource version lies in the future.</summary>
    public const string ResourceVersionTooLarge = "ResourceVersionTooLarge";
}
