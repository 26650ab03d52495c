using Tiphys.Grpc;

namespace Tiphys.Storage.Etcd.Services;

/// <summary>The failures of etcd's API by its own codes and words.</summary>
internal static class EtcdErrors
{
    public static GrpcException EmptyKey() => Invalid("key is not provided");

    public static GrpcException KeyNotFound() => Invalid("key not found");

    public static GrpcException ValueProvided() => Invalid("value is provided");

    public static GrpcException LeaseProvided() => Invalid("lease is provided");

    public static GrpcException TooManyOperations() => Invalid("too many operations in txn request");

    public static GrpcException InvalidSortOption() => Invalid("invalid sort option");

    public static GrpcException RequestTooLarge() => Invalid("request is too large");

    public static GrpcException Compacted() => new(GrpcStatusCode.OutOfRange, EtcdWords.Compacted);

    public static GrpcException NoSpace() => new(GrpcStatusCode.ResourceExhausted, EtcdWords.NoSpace);

    public static GrpcException Corrupt() => new(GrpcStatusCode.DataLoss, "etcdserver: corrupt cluster");

    public static GrpcException Unhealthy() => new(GrpcStatusCode.Unavailable, "etcdserver: unhealthy cluster");

    public static GrpcException Stopped() => new(GrpcStatusCode.Unavailable, "etcdserver: server stopped");

    public static GrpcException LeaseNotFound() => new(GrpcStatusCode.NotFound, EtcdWords.LeaseNotFound);

    public static GrpcException LeaseTtlTooLarge() => new(GrpcStatusCode.OutOfRange, "etcdserver: too large lease TTL");

    public static GrpcException MemberNotFound() => new(GrpcStatusCode.NotFound, "etcdserver: member not found");

    public static GrpcException BadUrls() => Invalid("given member URLs are invalid");

    public static GrpcException NotLearner() => Precondition("can only promote a learner member");

    public static GrpcException NotEnoughStarted() => Precondition("re-configuration failed due to not enough started members");

    public static GrpcException BadTransferee() => Precondition("bad leader transferee");

    public static GrpcException InvalidDowngrade() => Invalid("invalid downgrade target version");

    public static GrpcException WrongDowngradeFormat() => Invalid("wrong downgrade target version format");

    public static GrpcException UnknownMethod() => new(GrpcStatusCode.Unknown, "etcdserver: unknown method");

    public static GrpcException NoDowngrade() => Precondition("no inflight downgrade job");

    public static GrpcException AuthNotEnabled() => Precondition("authentication is not enabled");

    public static GrpcException NoRootUser() => Precondition("root user does not exist");

    public static GrpcException UserEmpty() => Invalid("user name is empty");

    public static GrpcException RoleEmpty() => Invalid("role name is empty");

    public static GrpcException PermissionNotGiven() => Invalid("permission not given");

    public static GrpcException UserNotFound() => Precondition("user name not found");

    public static GrpcException RoleNotFound() => Precondition("role name not found");

    /// <summary>What this store does not have at all.</summary>
    public static GrpcException NotOffered(string what) => new(GrpcStatusCode.Unimplemented, $"etcdserver: {what}");

    /// <summary>The status of one of the store's own failures, or null for a failure nobody foresaw.</summary>
    public static GrpcException? Translate(Exception failure) => failure switch
    {
        CompactedException => Compacted(),
        FutureRevisionException => new GrpcException(GrpcStatusCode.OutOfRange, EtcdWords.Future),
        LeaseNotFoundException => LeaseNotFound(),
        LeaseExistsException => new GrpcException(GrpcStatusCode.FailedPrecondition, EtcdWords.LeaseExists),
        InvalidStoreRequestException e => Invalid(e.Message),
        StoreUnavailableException { Condition: StoreCondition.DiskFull } => NoSpace(),
        StoreUnavailableException => Unhealthy(),
        ObjectDisposedException => Stopped(),
        _ => null,
    };

    private static GrpcException Invalid(string words) => new(GrpcStatusCode.InvalidArgument, "etcdserver: " + words);

    private static GrpcException Precondition(string words) => new(GrpcStatusCode.FailedPrecondition, "etcdserver: " + words);
}
