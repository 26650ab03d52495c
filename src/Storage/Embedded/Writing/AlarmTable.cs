namespace Tiphys.Storage.Embedded.Writing;

/// <summary>The alarms: changed by the writer loop, read by anybody.</summary>
internal sealed class AlarmTable
{
    private StoreAlarm[] _working = [];
    private StoreAlarm[] _published = [];

    /// <summary>Those that are durable, in order.</summary>
    public IReadOnlyList<StoreAlarm> Published => Volatile.Read(ref _published);

    /// <summary>Raises or disarms one; false when it is so already.</summary>
    public bool Set(StoreAlarm alarm, bool raised)
    {
        if (_working.Contains(alarm) == raised)
            return false;
        _working = raised ? [.. _working.Append(alarm).OrderBy(static a => a.Kind).ThenBy(static a => a.Member)] : [.. _working.Where(a => a != alarm)];
        return true;
    }

    /// <summary>What has been done so far is durable.</summary>
    public void Commit()
    {
        if (_published != _working)
            Volatile.Write(ref _published, _working);
    }

    /// <summary>Takes back everything since the last <see cref="Commit"/>.</summary>
    public void RollBack() => _working = _published;
}
