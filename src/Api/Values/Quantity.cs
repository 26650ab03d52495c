using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Tiphys.Api;

/// <summary>
/// An amount of a resource such as <c>500m</c> CPU or <c>64Mi</c> of memory (upstream's <c>resource.Quantity</c>).
/// It keeps upstream's canonical text, so that <c>1000m</c> is <c>1</c>; amounts finer than 1n are rounded up.
/// </summary>
public readonly struct Quantity : IEquatable<Quantity>, IComparable<Quantity>
{
    private readonly string? _text;

    private Quantity(string text) => _text = text;

    /// <summary>An amount in units, in decimal form.</summary>
    public Quantity(long value) => _text = QuantityFormat.Decimal(value);

    /// <summary>Nothing.</summary>
    public static Quantity Zero => default;

    /// <summary>The amount in units.</summary>
    public decimal Amount => _text is null ? 0 : QuantityFormat.Parse(_text, out _);

    /// <summary>The amount in whole units, rounded up.</summary>
    public long Value => ToLong(Amount);

    /// <summary>The amount in thousandths, rounded up.</summary>
    public long MilliValue => ToLong(Amount * 1000);

    /// <summary>Whether the amount is zero.</summary>
    public bool IsZero => Amount == 0;

    /// <summary>An amount in thousandths, such as CPU, in decimal form.</summary>
    public static Quantity FromMilli(long milli) => new(QuantityFormat.Decimal(milli / 1000m));

    /// <summary>An amount in bytes, in binary form (<c>Ki</c>, <c>Mi</c>, ...).</summary>
    public static Quantity FromBytes(long bytes) => new(QuantityFormat.Canonical(bytes, QuantitySuffix.Binary));

    /// <summary>Parses a quantity.</summary>
    /// <exception cref="FormatException">With upstream's words, when the text is not a quantity.</exception>
    public static Quantity Parse(string text) => TryParse(text, out var quantity)
        ? quantity
        : throw new FormatException("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'");

    /// <summary>Parses a quantity.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Quantity quantity)
    {
        quantity = default;
        if (text is null || !QuantityFormat.TryParse(text, out var amount, out var suffix)) return false;
        quantity = new Quantity(QuantityFormat.Canonical(amount, suffix));
        return true;
    }

    /// <summary>Sum, in the left side's form.</summary>
    public static Quantity operator +(Quantity left, Quantity right) => left.With(left.Amount + right.Amount, right);

    /// <summary>Difference, in the left side's form.</summary>
    public static Quantity operator -(Quantity left, Quantity right) => left.With(left.Amount - right.Amount, right);

    /// <summary>Comparison of amounts.</summary>
    public static bool operator <(Quantity left, Quantity right) => left.Amount < right.Amount;

    /// <summary>Comparison of amounts.</summary>
    public static bool operator >(Quantity left, Quantity right) => left.Amount > right.Amount;

    /// <summary>Comparison of amounts.</summary>
    public static bool operator <=(Quantity left, Quantity right) => left.Amount <= right.Amount;

    /// <summary>Comparison of amounts.</summary>
    public static bool operator >=(Quantity left, Quantity right) => left.Amount >= right.Amount;

    /// <summary>Equality of amounts.</summary>
    public static bool operator ==(Quantity left, Quantity right) => left.Equals(right);

    /// <summary>Inequality of amounts.</summary>
    public static bool operator !=(Quantity left, Quantity right) => !left.Equals(right);

    /// <inheritdoc/>
    public int CompareTo(Quantity other) => Amount.CompareTo(other.Amount);

    /// <inheritdoc/>
    public bool Equals(Quantity other) => string.Equals(_text, other._text, StringComparison.Ordinal) || Amount == other.Amount;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Quantity other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Amount.GetHashCode();

    /// <summary>The canonical text.</summary>
    public override string ToString() => _text ?? "0";

    private Quantity With(decimal amount, Quantity other)
    {
        // A zero has no form of its own; the other side's wins then, as upstream does it.
        var source = IsZero ? other : this;
        QuantityFormat.Parse(source.ToString(), out var suffix);
        return new Quantity(QuantityFormat.Canonical(amount, suffix));
    }

    private static long ToLong(decimal amount)
    {
        var rounded = amount >= 0 ? Math.Ceiling(amount) : Math.Floor(amount);
        return rounded >= long.MaxValue ? long.MaxValue : rounded <= long.MinValue ? long.MinValue : (long)rounded;
    }

    internal static string ParseError(string text) => string.Create(CultureInfo.InvariantCulture, $"unable to parse quantity's suffix: {text}");
}
