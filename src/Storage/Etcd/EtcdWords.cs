namespace Tiphys.Storage.Etcd;

/// <summary>
/// The words of etcd's failures by which its clients tell them apart, for one status code covers very different cases. Our server
/// says them and our client knows them.
/// </summary>
internal static class EtcdWords
{
    public const string Compacted = "etcdserver: mvcc: required revision has been compacted";
    public const string Future = "etcdserver: mvcc: required revision is a future revision";
    public const string NoSpace = "etcdserver: mvcc: database space exceeded";
    public const string LeaseNotFound = "etcdserver: requested lease not found";
    public const string LeaseExists = "etcdserver: lease already exists";
    public const string NoLeader = "etcdserver: no leader";
    public const string TooManyRequests = "etcdserver: too many requests";
    public const string Learner = "etcdserver: rpc not supported for learner";
}
