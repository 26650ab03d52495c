namespace Tiphys.Storage.Etcd.Services;

/// <summary>
/// The alarms: those an operator or the quota raised, which last until they are disarmed, and NOSPACE for as long as the store itself
/// takes no writes. As in etcd each is about a member, which need not be this one, and holds for the whole cluster.
/// </summary>
internal sealed class Alarms(IStore store, ulong member, long quotaBytes)
{
    private readonly IAlarmKeeper _kept = store as IAlarmKeeper ?? throw new ArgumentException("the store keeps no alarms", nameof(store));

    /// <summary>Bytes of disk beyond which writes are refused; 0 for no such limit.</summary>
    public long QuotaBytes => quotaBytes;

    public IReadOnlyList<V3.AlarmMember> List()
    {
        var raised = _kept.Alarms;
        var own = new StoreAlarm(StoreAlarmKind.NoSpace, member);
        if (!store.Health.IsWritable && !raised.Contains(own))
            raised = [own, .. raised];
        return [.. raised.Select(ToWire)];
    }

    /// <summary>Raises an alarm, which may be so already.</summary>
    public async ValueTask<V3.AlarmMember> RaiseAsync(ulong about, V3.AlarmType kind, CancellationToken cancel)
    {
        var alarm = new StoreAlarm((StoreAlarmKind)kind, about);
        await _kept.SetAlarmAsync(alarm, raised: true, cancel);
        return ToWire(alarm);
    }

    /// <summary>Disarms an alarm; null when it was not raised.</summary>
    public async ValueTask<V3.AlarmMember?> DisarmAsync(ulong about, V3.AlarmType kind, CancellationToken cancel)
    {
        var alarm = new StoreAlarm((StoreAlarmKind)kind, about);
        return await _kept.SetAlarmAsync(alarm, raised: false, cancel) ? ToWire(alarm) : null;
    }

    /// <summary>Refuses a change while the store is not to be trusted, and what would make it larger while it must not grow.</summary>
    /// <param name="bytes">How much larger it may become; 0 when it does not.</param>
    /// <param name="cancel">Ends the wait.</param>
    public ValueTask CheckAsync(int bytes, CancellationToken cancel)
    {
        var noSpace = false;
        var raised = _kept.Alarms;
        for (var i = 0; i < raised.Count; i++)
        {
            if (raised[i].Kind == StoreAlarmKind.Corrupt)
                throw EtcdErrors.Corrupt();
            noSpace |= raised[i].Kind == StoreAlarmKind.NoSpace;
        }
        if (bytes == 0)
            return ValueTask.CompletedTask;
        if (noSpace)
            throw EtcdErrors.NoSpace();
        return quotaBytes > 0 ? CheckQuotaAsync(bytes, cancel) : ValueTask.CompletedTask;
    }

    private async ValueTask CheckQuotaAsync(int bytes, CancellationToken cancel)
    {
        if ((await store.GetStatusAsync(cancel)).DiskBytes + bytes <= quotaBytes)
            return;
        try
        {
            await RaiseAsync(member, V3.AlarmType.Nospace, cancel);
        }
        catch (StoreUnavailableException)
        {
            // The disk itself is full: that is NOSPACE for as long as it lasts.
        }
        throw EtcdErrors.NoSpace();
    }

    private static V3.AlarmMember ToWire(StoreAlarm alarm) => new() { MemberID = alarm.Member, Alarm = (V3.AlarmType)alarm.Kind };
}
