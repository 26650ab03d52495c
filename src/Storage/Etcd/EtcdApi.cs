using Tiphys.Grpc.Server;
using Tiphys.Storage.Etcd.Services;

namespace Tiphys.Storage.Etcd;

/// <summary>A store behind the methods of etcd's API, whichever way they are called.</summary>
internal sealed class EtcdApi
{
    public EtcdApi(IStore store, EtcdOptions options)
    {
        Store = store;
        Member = new Member(options.Name, options.AdvertiseClientUrls);
        Alarms = new Alarms(store, Member.Id, options.QuotaBytes);
        var hashes = new CompactionHashes(store);
        new KvService(store, Member, Alarms, hashes, options).AddTo(Methods);
        new WatchService(store, Member, options).AddTo(Methods);
        new LeaseService(store, Member, Alarms, options).AddTo(Methods);
        new MaintenanceService(store, Member, Alarms, hashes).AddTo(Methods);
        new ClusterService(Member).AddTo(Methods);
        new AuthService(store, Member).AddTo(Methods);
        new HealthService(Methods, options.TimeProvider).AddTo();
    }

    public GrpcMethods Methods { get; } = new();

    public IStore Store { get; }

    public Member Member { get; }

    public Alarms Alarms { get; }
}
