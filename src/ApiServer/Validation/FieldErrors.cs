using System.Collections;
using System.Globalization;
using System.Text;
using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>One broken rule (upstream's <c>field.Error</c>).</summary>
/// <param name="Reason">Machine-readable cause, for example <c>FieldValueRequired</c>.</param>
/// <param name="Field">Path of the field, for example <c>spec.containers[0].name</c>.</param>
/// <param name="Body">The message without the path.</param>
public sealed record FieldError(string Reason, string Field, string Body)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Field}: {Body}";
}

/// <summary>Collects broken rules while an object is validated.</summary>
public sealed class FieldErrors : IReadOnlyCollection<FieldError>
{
    /// <summary>Stands for a value that is not shown in the message.</summary>
    public static readonly object Omitted = new();

    private readonly List<FieldError> _errors = [];

    /// <summary>Number of broken rules.</summary>
    public int Count => _errors.Count;

    /// <summary>A value that must be there is not.</summary>
    public void Required(FieldPath field, string detail = "") => Add("FieldValueRequired", field, "Required value", detail);

    /// <summary>A value is malformed.</summary>
    public void Invalid(FieldPath field, object? value, string detail) =>
        Add("FieldValueInvalid", field, ReferenceEquals(value, Omitted) ? "Invalid value" : $"Invalid value: {Show(value)}", detail);

    /// <summary>A value is malformed in each of these ways, if any.</summary>
    public void Invalid(FieldPath field, object? value, IReadOnlyList<string> details)
    {
        for (var i = 0; i < details.Count; i++) Invalid(field, value, details[i]);
    }

    /// <summary>A value is none of those allowed, which are told in the order given.</summary>
    public void NotSupported(FieldPath field, object? value, IEnumerable<string> supported)
    {
        var list = string.Join(", ", supported.Select(Quote));
        Add("FieldValueNotSupported", field, $"Unsupported value: {Show(value)}", list.Length == 0 ? "" : "supported values: " + list);
    }

    /// <summary>A value may not be given here.</summary>
    public void Forbidden(FieldPath field, string detail) => Add("FieldValueForbidden", field, "Forbidden", detail);

    /// <summary>A value comes twice.</summary>
    public void Duplicate(FieldPath field, object? value, string detail = "") => Add("FieldValueDuplicate", field, $"Duplicate value: {Show(value)}", detail);

    /// <summary>A value refers to something that is not there.</summary>
    public void NotFound(FieldPath field, object? value) => Add("FieldValueNotFound", field, $"Not found: {Show(value)}", "");

    /// <summary>A text or a map is too long.</summary>
    public void TooLong(FieldPath field, int most) =>
        Add("FieldValueTooLong", field, "Too long", string.Create(CultureInfo.InvariantCulture, $"may not be more than {most} bytes"));

    /// <summary>A list has too many entries.</summary>
    public void TooMany(FieldPath field, int count, int most) =>
        Add("FieldValueTooMany", field, string.Create(CultureInfo.InvariantCulture, $"Too many: {count}"), string.Create(CultureInfo.InvariantCulture, $"must have at most {most} items"));

    /// <summary>Something inside went wrong.</summary>
    public void Internal(FieldPath field, string detail) => Add("InternalError", field, "Internal error", detail);

    /// <inheritdoc/>
    public IEnumerator<FieldError> GetEnumerator() => _errors.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>All messages, in brackets when there are several.</summary>
    public override string ToString() => Aggregate.Text(_errors.Select(static e => e.ToString()));

    private void Add(string reason, FieldPath field, string body, string detail) =>
        _errors.Add(new FieldError(reason, field.ToString(), detail.Length == 0 ? body : $"{body}: {detail}"));

    private static string Show(object? value) => value switch
    {
        null => "null",
        string text => Quote(text),
        bool flag => flag ? "true" : "false",
        IntOrString { IsString: true } text => Quote(text.StringValue),
        IntOrString number => number.ToString(),
        Quantity quantity => Quote(quantity.ToString()),
        DateTimeOffset time => Quote(time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture)),
        IApiMessage message => Encoding.UTF8.GetString(ApiJson.Encode(message)),
        IEnumerable<string> list => "[" + string.Join(",", list.Select(Quote)) + "]",
        IEnumerable<KeyValuePair<string, string>> map => "{" + string.Join(",", map.OrderBy(static e => e.Key, StringComparer.Ordinal).Select(static e => $"{Quote(e.Key)}:{Quote(e.Value)}")) + "}",
        IEnumerable<KeyValuePair<string, Quantity>> map => "{" + string.Join(",", map.OrderBy(static e => e.Key, StringComparer.Ordinal).Select(static e => $"{Quote(e.Key)}:{Show(e.Value)}")) + "}",
        System.Collections.IEnumerable list => "[" + string.Join(",", list.Cast<object?>().Select(Show)) + "]",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static string Quote(string text) => GoText.Quote(text);
}

/// <summary>Path of a field, built from the root; it becomes text only when an error is reported.</summary>
public sealed class FieldPath
{
    private readonly FieldPath? _parent;
    private readonly string _part;

    private FieldPath(FieldPath? parent, string part)
    {
        _parent = parent;
        _part = part;
    }

    /// <summary>A path's first field.</summary>
    public static FieldPath Of(string name) => new(null, name);

    /// <summary>A field below.</summary>
    public FieldPath this[string name] => new(this, "." + name);

    /// <summary>An entry of a list.</summary>
    public FieldPath this[int index] => new(this, string.Create(CultureInfo.InvariantCulture, $"[{index}]"));

    /// <summary>An entry of a map.</summary>
    public FieldPath Key(string key) => new(this, $"[{key}]");

    /// <inheritdoc/>
    public override string ToString() => _parent is null ? _part : _parent + _part;
}
