using System.Text;

namespace Tiphys.Api;

/// <summary>Bytes are not the object they should be.</summary>
public sealed class ApiDecodeException : Exception
{
    private readonly (string Found, string Path, string Wanted)? _mismatch;

    /// <summary>Says what does not fit.</summary>
    public ApiDecodeException(string message, Exception? inner = null) : base(message, inner) { }

    /// <summary>Says that a value is of another type than its field.</summary>
    /// <param name="found">What was found.</param>
    /// <param name="path">Where, such as <c>spec.ports[0].port</c>.</param>
    /// <param name="wanted">What the field is.</param>
    internal ApiDecodeException(string found, string path, string wanted) : base($"json: cannot unmarshal {found} into Go struct field {path} of type {wanted}") =>
        _mismatch = (found, path, wanted);

    /// <summary>The message as upstream words it for an object of this schema: a field is named by its type and its path without indexes and keys.</summary>
    public string Describe(ObjectSchema schema)
    {
        if (_mismatch is not var (found, path, wanted)) return Message;
        var (holder, names) = (schema, new StringBuilder());
        ValueSchema? value = null;
        foreach (var part in path.Split('.'))
        {
            var name = part.Split('[')[0];
            while (value is { Kind: ValueKind.List }) value = value.Items;
            if (value is { Kind: ValueKind.Map })
            {
                value = value.Items; // the key is not told
                continue;
            }

            if (value?.Object is { } inner) holder = inner;
            names.Append('.').Append(name);
            value = holder.Find(name)?.Value;
        }

        return $"json: cannot unmarshal {found} into Go struct field {holder.Name[(holder.Name.LastIndexOf('.') + 1)..]}{names} of type {wanted}";
    }
}
