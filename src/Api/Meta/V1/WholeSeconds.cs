namespace Tiphys.Api.Meta.V1;

/// <summary>Times as the API writes them (upstream's metav1.Time).</summary>
public static class WholeSeconds
{
    /// <summary>The time without what is below a second: what a reader gets back.</summary>
    public static DateTimeOffset ToWholeSeconds(this DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerSecond));
}
