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

/// <summary>Tells etcd's errors apart.</summary>
internal static class EtcdErrors
{
    public static EtcdFate FateOf(GrpcException e)
    {
        if (e.NeverSent || e.Detail is EtcdWords.NoLeader or EtcdWords.TooManyRequests or EtcdWords.Learner) return EtcdFate.NotDone;
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
        { Detail: EtcdWords.NoSpace } => new StoreUnavailableException(StoreCondition.DiskFull, e.Detail, e),
        { Code: GrpcStatusCode.PermissionDenied or GrpcStatusCode.Unauthenticated } => new StoreUnavailableException(StoreCondition.Unreachable, e.Detail, e),
        _ => new InvalidStoreRequestException(e.Detail),
    };
}
