using System.Globalization;

namespace Tiphys.Api;

/// <summary>How a quantity writes its scale.</summary>
internal enum QuantitySuffix
{
    /// <summary>n, u, m, k, M, G, T, P, E.</summary>
    Decimal,

    /// <summary>Ki, Mi, Gi, Ti, Pi, Ei.</summary>
    Binary,

    /// <summary>e3, e6, ...</summary>
    Exponent,
}

/// <summary>Reads and writes the text of quantities in upstream's canonical form.</summary>
internal static class QuantityFormat
{
    private static readonly string[] Binary = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    private static readonly string[] DecimalUp = ["", "k", "M", "G", "T", "P", "E"];
    private static readonly string[] DecimalDown = ["", "m", "u", "n"];

    public static decimal Parse(string text, out QuantitySuffix suffix) =>
        TryParse(text, out var amount, out suffix) ? amount : throw new FormatException(Quantity.ParseError(text));

    public static bool TryParse(string text, out decimal amount, out QuantitySuffix suffix)
    {
        amount = 0;
        suffix = QuantitySuffix.Decimal;
        var digits = 0;
        var end = 0;
        if (end < text.Length && text[end] is '+' or '-') end++;
        for (; end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.'); end++)
            if (text[end] != '.') digits++;
        if (digits == 0) return false;
        if (!decimal.TryParse(text.AsSpan(0, end), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            return false;
        if (!TryScale(text.AsSpan(end), out var scale, out suffix)) return false;
        try
        {
            amount = number * scale;
        }
        catch (OverflowException)
        {
            amount = number < 0 ? -long.MaxValue : long.MaxValue;
        }

        // Amounts are bounded by 63 bits and by a billionth, rounding away from zero.
        amount = Math.Clamp(amount, -long.MaxValue, long.MaxValue);
        var nano = decimal.Round(amount, 9, amount < 0 ? MidpointRounding.ToNegativeInfinity : MidpointRounding.ToPositiveInfinity);
        amount = nano;
        return true;
    }

    public static string Decimal(decimal amount) => Canonical(amount, QuantitySuffix.Decimal);

    public static string Canonical(decimal amount, QuantitySuffix suffix)
    {
        if (amount == 0) return "0";
        if (suffix == QuantitySuffix.Binary && Math.Abs(amount) < 1024) suffix = QuantitySuffix.Decimal;
        if (suffix == QuantitySuffix.Binary)
        {
            amount = amount < 0 ? Math.Floor(amount) : Math.Ceiling(amount);
            var power = 0;
            while (power < Binary.Length - 1 && amount % 1024 == 0)
            {
                amount /= 1024;
                power++;
            }

            return Number(amount) + Binary[power];
        }

        var thousands = 0;
        while (amount != decimal.Truncate(amount))
        {
            amount *= 1000;
            thousands--;
        }

        while (thousands < DecimalUp.Length - 1 && amount % 1000 == 0)
        {
            amount /= 1000;
            thousands++;
        }

        if (suffix == QuantitySuffix.Exponent)
            return thousands == 0 ? Number(amount) : string.Create(CultureInfo.InvariantCulture, $"{Number(amount)}e{thousands * 3}");
        return Number(amount) + (thousands >= 0 ? DecimalUp[thousands] : DecimalDown[-thousands]);
    }

    private static string Number(decimal amount) => decimal.Truncate(amount).ToString(CultureInfo.InvariantCulture);

    private static bool TryScale(ReadOnlySpan<char> text, out decimal scale, out QuantitySuffix suffix)
    {
        suffix = QuantitySuffix.Decimal;
        scale = 1;
        switch (text)
        {
            case "": return true;
            case "n": scale = 1e-9m; return true;
            case "u": scale = 1e-6m; return true;
            case "m": scale = 1e-3m; return true;
            case "k": scale = 1e3m; return true;
            case "M": scale = 1e6m; return true;
            case "G": scale = 1e9m; return true;
            case "T": scale = 1e12m; return true;
            case "P": scale = 1e15m; return true;
            case "E": scale = 1e18m; return true;
        }

        if (text is [_, 'i'])
        {
            suffix = QuantitySuffix.Binary;
            var power = "KMGTPE".IndexOf(text[0], StringComparison.Ordinal) + 1;
            if (power == 0) return false;
            for (var i = 0; i < power; i++) scale *= 1024;
            return true;
        }

        if (text[0] is not ('e' or 'E') || !int.TryParse(text[1..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent)) return false;
        suffix = QuantitySuffix.Exponent;
        if (exponent is < -27 or > 27) return false;
        for (var i = 0; i < Math.Abs(exponent); i++) scale = exponent > 0 ? scale * 10 : scale / 10;
        return true;
    }
}
