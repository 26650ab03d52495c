namespace Tiphys.Api.Core.V1;

public sealed partial class LimitRangeItem
{
    partial void OnDefaulting()
    {
        foreach (var resources in (ReadOnlySpan<Dictionary<string, Quantity>?>)[Max, Min, Default, DefaultRequest, MaxLimitRequestRatio]) ResourceRounding.RoundUp(resources);
        if (Type != LimitType.Container) return;
        Default ??= new(StringComparer.Ordinal);
        DefaultRequest ??= new(StringComparer.Ordinal);
        Fill(Default, Max);
        Fill(DefaultRequest, Default);
        Fill(DefaultRequest, Min);
    }

    private static void Fill(Dictionary<string, Quantity> to, Dictionary<string, Quantity>? from)
    {
        foreach (var (name, quantity) in from ?? []) to.TryAdd(name, quantity);
    }
}
