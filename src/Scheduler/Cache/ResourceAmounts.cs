using Tiphys.Api;

namespace Tiphys.Scheduler;

/// <summary>Amounts of resources as plain numbers: CPU in thousandths, memory and storage in bytes, the rest in units.</summary>
internal sealed class ResourceAmounts
{
    public long MilliCpu { get; set; }

    public long Memory { get; set; }

    public long EphemeralStorage { get; set; }

    /// <summary>Extended resources and huge pages; null when there are none.</summary>
    public Dictionary<string, long>? Scalars { get; private set; }

    public static ResourceAmounts Of(IReadOnlyDictionary<string, Quantity>? list)
    {
        var amounts = new ResourceAmounts();
        foreach (var (name, quantity) in list ?? new Dictionary<string, Quantity>())
        {
            switch (name)
            {
                case "cpu": amounts.MilliCpu = quantity.MilliValue; break;
                case "memory": amounts.Memory = quantity.Value; break;
                case "ephemeral-storage": amounts.EphemeralStorage = quantity.Value; break;
                case "pods": break;
                default: (amounts.Scalars ??= new(StringComparer.Ordinal))[name] = quantity.Value; break;
            }
        }

        return amounts;
    }

    /// <summary>Adds or, with a negative sign, takes away.</summary>
    public void Add(ResourceAmounts other, int sign)
    {
        MilliCpu += sign * other.MilliCpu;
        Memory += sign * other.Memory;
        EphemeralStorage += sign * other.EphemeralStorage;
        if (other.Scalars is null) return;
        Scalars ??= new(StringComparer.Ordinal);
        foreach (var (name, value) in other.Scalars) Scalars[name] = Scalars.GetValueOrDefault(name) + (sign * value);
    }

    public long Scalar(string name) => Scalars?.GetValueOrDefault(name) ?? 0;
}
