using System.Globalization;
using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>Values that are numbers or percentages.</summary>
internal static class PercentRules
{
    public static void NotNegative(IntOrString value, FieldPath path, FieldErrors errors)
    {
        if (!value.IsString) FieldRules.NotNegative(value.IntValue, path, errors);
        else if (Percent(value) is null)
            errors.Invalid(path, value, "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')");
    }

    public static void AtMostAll(IntOrString value, FieldPath path, FieldErrors errors)
    {
        if (Percent(value) > 100) errors.Invalid(path, value, "must not be greater than 100%");
    }

    /// <summary>The number, whatever it counts; what is malformed counts as nothing.</summary>
    public static int Number(IntOrString value) => value.IsString ? Percent(value) ?? 0 : value.IntValue;

    private static int? Percent(IntOrString value) =>
        value.IsString && value.StringValue.EndsWith('%') && int.TryParse(value.StringValue.AsSpan()[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
