using Tiphys.Grpc;

namespace Tiphys.Storage.Etcd.Client;

/// <summary>What became of a request that failed.</summary>
internal enum EtcdFate
{
    /// <summary>etcd judged the request and will judge it so again.</summary>
    Refused,

    /// <summary>The request was not carried out; another try, or another member, may succeed.</summary>
    NotDone,

    /// <summary>Nobody knows: it may have been carried out, or may be yet.</summary>
    Unknown,
}

/// <summary>Tells etcd's errors apart. Their texts are part of its API: one status code covers very different cases.</summary>
internal static class EtcdErrors
{
    public const string Compacted = "etcdserver: mvcc: required revision has been compacted";
    public const string Future = "etcdserver: mvcc: required revision is a future revision";
    public const string NoSpace = "etcdserver: mvcc: database space exceeded";
    public const string LeaseNotFound = "etcdserver: requested lease not found";
    public const string LeaseExists = "etcdserver: lease already exists";
    private const string NoLeader = "etcdserver: no leader";
    private const string TooManyRequests = "etcdserver: too many requests";
    private const string Learner = "etcdserver: rpc not supported for learner";

    public static EtcdFate FateOf(GrpcException e)
    {
        if (e.NeverSent || e.Detail is NoLeader or TooManyRequests or Learner) return EtcdFate.NotDone;
        return e.Code switch
        {
            GrpcStatusCode.InvalidArgument or GrpcStatusCode.NotFound or GrpcStatusCode.AlreadyExists or GrpcStatusCode.PermissionDenied
                or GrpcStatusCode.ResourceExhausted or GrpcStatusCode.FailedPrecondition or GrpcStatusCode.OutOfRange
                or GrpcStatusCode.Unimplemented or GrpcStatusCode.Unauthenticated => EtcdFate.Refused,
            _ => EtcdFate.Unknown,
        };
    }

    /// <summary>The store's exception for a request etcd refused, without what only a further request can tell.</summary>
    public static StoreException Refusal(GrpcException e) => e switch
    {
        { Detail: NoSpace } => new StoreUnavailableException(StoreCondition.DiskFull, e.Detail, e),
        { Code: GrpcStatusCode.PermissionDenied or GrpcStatusCode.Unauthenticated } => new StoreUnavailableException(StoreCondition.Unreachable, e.Detail, e),
        _ => new InvalidStoreRequestException(e.Detail),
    };
}
