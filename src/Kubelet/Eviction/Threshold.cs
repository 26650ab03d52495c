using System.Globalization;
using Tiphys.Api;

namespace Tiphys.Kubelet.Eviction;

/// <summary>How little of something may be left: an amount, or a share of the whole.</summary>
internal readonly record struct Threshold(long? Bytes, double? Share)
{
    /// <summary>Parses <c>100Mi</c> or <c>10%</c>.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static Threshold Parse(string text) => text.EndsWith('%')
        ? new Threshold(null, double.Parse(text.AsSpan(0, text.Length - 1), CultureInfo.InvariantCulture) / 100)
        : new Threshold(Quantity.Parse(text).Value, null);

    /// <summary>The threshold as an amount.</summary>
    public long Of(long capacity) => Bytes ?? (long)(capacity * Share!.Value);
}
