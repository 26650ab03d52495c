namespace Tiphys.Grpc;

/// <summary>gRPC's canonical status codes, by their numbers on the wire.</summary>
public enum GrpcStatusCode
{
    /// <summary>The call succeeded.</summary>
    Ok = 0,
    /// <summary>The caller gave up.</summary>
    Cancelled = 1,
    /// <summary>The server did not say.</summary>
    Unknown = 2,
    /// <summary>The request makes no sense whatever the state.</summary>
    InvalidArgument = 3,
    /// <summary>The deadline passed first; the work may still have been done.</summary>
    DeadlineExceeded = 4,
    /// <summary>What was asked for does not exist.</summary>
    NotFound = 5,
    /// <summary>What was to be made exists already.</summary>
    AlreadyExists = 6,
    /// <summary>The caller may not do this.</summary>
    PermissionDenied = 7,
    /// <summary>A quota or a message size was exceeded.</summary>
    ResourceExhausted = 8,
    /// <summary>The state does not allow this.</summary>
    FailedPrecondition = 9,
    /// <summary>The call was aborted by a conflict.</summary>
    Aborted = 10,
    /// <summary>An index lies outside the valid range.</summary>
    OutOfRange = 11,
    /// <summary>The server has no such method.</summary>
    Unimplemented = 12,
    /// <summary>The server broke an invariant.</summary>
    Internal = 13,
    /// <summary>The server cannot be reached at present.</summary>
    Unavailable = 14,
    /// <summary>Data was lost.</summary>
    DataLoss = 15,
    /// <summary>The caller is not known.</summary>
    Unauthenticated = 16,
}
