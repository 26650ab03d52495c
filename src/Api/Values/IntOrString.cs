using System.Globalization;

namespace Tiphys.Api;

/// <summary>A value that is a number or a string, such as a port or a percentage (upstream's <c>intstr.IntOrString</c>).</summary>
public readonly record struct IntOrString
{
    private readonly string? _text;

    /// <summary>Makes a number.</summary>
    public IntOrString(int value) => IntValue = value;

    /// <summary>Makes a string.</summary>
    public IntOrString(string value) => _text = value;

    /// <summary>True when the value is a string.</summary>
    public bool IsString => _text is not null;

    /// <summary>The number; 0 for strings.</summary>
    public int IntValue { get; }

    /// <summary>The string; empty for numbers.</summary>
    public string StringValue => _text ?? "";

    /// <summary>A number.</summary>
    public static implicit operator IntOrString(int value) => new(value);

    /// <summary>A string.</summary>
    public static implicit operator IntOrString(string value) => new(value);

    /// <summary>
    /// The number this stands for out of <paramref name="total"/>: itself, or its percentage of the total.
    /// </summary>
    /// <param name="total">What 100% is.</param>
    /// <param name="roundUp">Whether fractions round up.</param>
    /// <exception cref="FormatException">The string is not a percentage.</exception>
    public int Scale(int total, bool roundUp)
    {
        if (!IsString) return IntValue;
        if (!StringValue.EndsWith('%') || !int.TryParse(StringValue.AsSpan(0, StringValue.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var percent))
            throw new FormatException($"invalid value for IntOrString: invalid type: string is not a percentage");
        var scaled = (long)percent * total;
        return (int)(roundUp ? (scaled + 99) / 100 : scaled / 100);
    }

    /// <inheritdoc/>
    public override string ToString() => _text ?? IntValue.ToString(CultureInfo.InvariantCulture);
}
