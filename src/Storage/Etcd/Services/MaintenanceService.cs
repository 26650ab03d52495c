using Tiphys.Grpc.Server;
using Action = Tiphys.Storage.Etcd.V3.AlarmRequest.Types.AlarmAction;
using Downgrade = Tiphys.Storage.Etcd.V3.DowngradeRequest.Types.DowngradeAction;

namespace Tiphys.Storage.Etcd.Services;

/// <summary>Looking after the member (etcdserverpb.Maintenance).</summary>
internal sealed class MaintenanceService(IStore store, Member member, Alarms alarms, CompactionHashes hashes)
{
    private const long NeverCompacted = -1;

    public void AddTo(GrpcMethods methods) => methods
        .Unary("/etcdserverpb.Maintenance/Alarm", V3.AlarmRequest.Parser, AlarmAsync)
        .Unary("/etcdserverpb.Maintenance/Status", V3.StatusRequest.Parser, StatusAsync)
        .Unary("/etcdserverpb.Maintenance/Defragment", V3.DefragmentRequest.Parser, DefragmentAsync)
        .Unary("/etcdserverpb.Maintenance/Hash", V3.HashRequest.Parser, HashAsync)
        .Unary("/etcdserverpb.Maintenance/HashKV", V3.HashKVRequest.Parser, HashKvAsync)
        .Unary("/etcdserverpb.Maintenance/MoveLeader", V3.MoveLeaderRequest.Parser, (request, _) => MoveLeader(request))
        .Unary("/etcdserverpb.Maintenance/Downgrade", V3.DowngradeRequest.Parser, (request, _) => ValueTask.FromException<V3.DowngradeResponse>(request switch
        {
            { Action: Downgrade.Cancel } => EtcdErrors.NoDowngrade(),
            { Action: not (Downgrade.Validate or Downgrade.Enable) } => EtcdErrors.UnknownMethod(),
            { Version: var version } when !Version.TryParse(version, out Version? _) => EtcdErrors.WrongDowngradeFormat(),
            _ => EtcdErrors.InvalidDowngrade(),
        }))
        .ServerStream("/etcdserverpb.Maintenance/Snapshot", V3.SnapshotRequest.Parser, (_, messages, call) => SnapshotSender.SendAsync(store, member, messages, call));

    private async ValueTask<V3.AlarmResponse> AlarmAsync(V3.AlarmRequest request, GrpcCall call)
    {
        var response = new V3.AlarmResponse { Header = member.Header(store.CurrentRevision) };
        switch (request.Action)
        {
            case Action.Get:
                response.Alarms.AddRange(alarms.List().Where(a => request.Alarm == V3.AlarmType.None || a.Alarm == request.Alarm));
                break;
            case Action.Activate when request.Alarm != V3.AlarmType.None:
                response.Alarms.Add(await alarms.RaiseAsync(request.MemberID, request.Alarm, call.Cancellation));
                break;
            case Action.Deactivate when await alarms.DisarmAsync(request.MemberID, request.Alarm, call.Cancellation) is { } disarmed:
                response.Alarms.Add(disarmed);
                break;
        }
        return response;
    }

    private async ValueTask<V3.StatusResponse> StatusAsync(V3.StatusRequest request, GrpcCall call)
    {
        var status = await store.GetStatusAsync(call.Cancellation);
        // There is no raft: every revision counts as one entry of its log, committed and applied.
        var index = (ulong)status.Revision;
        var response = new V3.StatusResponse
        {
            Header = member.Header(status.Revision),
            Version = EtcdOptions.Version,
            StorageVersion = EtcdOptions.Version,
            DbSize = status.DiskBytes,
            DbSizeInUse = status.DiskBytes,
            DbSizeQuota = alarms.QuotaBytes,
            Leader = member.Id,
            RaftIndex = index,
            RaftAppliedIndex = index,
            RaftTerm = Member.Term,
            DowngradeInfo = new V3.DowngradeInfo(),
        };
        response.Errors.AddRange(alarms.List().Select(a => $"memberID:{a.MemberID} alarm:{a.Alarm.ToString().ToUpperInvariant()} "));
        return response;
    }

    private async ValueTask<V3.DefragmentResponse> DefragmentAsync(V3.DefragmentRequest request, GrpcCall call)
    {
        if (store is IDefragmentable defragmentable) await defragmentable.DefragmentAsync(call.Cancellation);
        return new V3.DefragmentResponse();
    }

    private async ValueTask<V3.HashResponse> HashAsync(V3.HashRequest request, GrpcCall call)
    {
        var hash = await StoreHash.ComputeAsync(store, 0, call.Cancellation);
        return new V3.HashResponse { Header = member.Header(hash.Revision), Hash = hash.Value };
    }

    private async ValueTask<V3.HashKVResponse> HashKvAsync(V3.HashKVRequest request, GrpcCall call)
    {
        var hash = hashes.Find(request.Revision) ?? await StoreHash.ComputeAsync(store, request.Revision, call.Cancellation);
        return new V3.HashKVResponse
        {
            Header = member.Header(store.CurrentRevision),
            Hash = hash.Value,
            CompactRevision = hash.Compacted == 0 ? NeverCompacted : hash.Compacted,
            HashRevision = hash.Revision,
        };
    }

    private ValueTask<V3.MoveLeaderResponse> MoveLeader(V3.MoveLeaderRequest request) => request.TargetID == member.Id
        ? ValueTask.FromResult(new V3.MoveLeaderResponse())
        : ValueTask.FromException<V3.MoveLeaderResponse>(EtcdErrors.BadTransferee());
}
