namespace Tiphys.Storage.Etcd.Services;

/// <summary>
/// The alarms of the member: those an operator or the quota raised, which last until they are disarmed, and NOSPACE for as long
/// as the store itself takes no writes.
/// </summary>
internal sealed class Alarms(IStore store, ulong member, long quotaBytes)
{
    private readonly Lock _gate = new();
    private readonly HashSet<V3.AlarmType> _raised = [];
    private volatile bool _noSpace;

    /// <summary>Bytes of disk beyond which writes are refused; 0 for no such limit.</summary>
    public long QuotaBytes => quotaBytes;

    public IReadOnlyList<V3.AlarmMember> List()
    {
        List<V3.AlarmType> raised;
        lock (_gate)
            raised = [.. _raised];
        if (!store.Health.IsWritable && !raised.Contains(V3.AlarmType.Nospace))
            raised.Add(V3.AlarmType.Nospace);
        return [.. raised.Order().Select(alarm => new V3.AlarmMember { MemberID = member, Alarm = alarm })];
    }

    public V3.AlarmMember? Raise(V3.AlarmType alarm)
    {
        lock (_gate)
        {
            var added = alarm != V3.AlarmType.None && _raised.Add(alarm);
            _noSpace = _raised.Contains(V3.AlarmType.Nospace);
            return added ? new V3.AlarmMember { MemberID = member, Alarm = alarm } : null;
        }
    }

    public V3.AlarmMember? Disarm(V3.AlarmType alarm)
    {
        lock (_gate)
        {
            var removed = _raised.Remove(alarm);
            _noSpace = _raised.Contains(V3.AlarmType.Nospace);
            return removed ? new V3.AlarmMember { MemberID = member, Alarm = alarm } : null;
        }
    }

    /// <summary>Refuses what would make the store larger while it must not grow.</summary>
    public async ValueTask CheckSpaceAsync(int bytes, CancellationToken cancel)
    {
        if (quotaBytes > 0 && !_noSpace && (await store.GetStatusAsync(cancel)).DiskBytes + bytes > quotaBytes)
            Raise(V3.AlarmType.Nospace);
        if (_noSpace)
            throw EtcdErrors.NoSpace();
    }
}
