namespace Tiphys.Testing;

/// <summary>The real clock, moved ahead at will.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private long _offset;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _offset));

    public override long GetTimestamp() => base.GetTimestamp() + (Interlocked.Read(ref _offset) * TimestampFrequency / TimeSpan.TicksPerSecond);

    public void Advance(TimeSpan by) => Interlocked.Add(ref _offset, by.Ticks);
}
