using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Tiphys.ApiServer;

/// <summary>
/// A set of fields, as a tree of path elements (upstream's <c>fieldpath.Set</c>). Elements are kept in the form FieldsV1 gives
/// them: <c>f:name</c>, <c>k:{"key":"value"}</c>, <c>v:value</c>, <c>i:index</c>. Trees never change once they are shared.
/// </summary>
internal sealed class FieldTree
{
    private Dictionary<string, FieldTree>? _children;

    /// <summary>Nothing.</summary>
    public static FieldTree Empty { get; } = new();

    /// <summary>The field itself, and nothing below it.</summary>
    public static FieldTree Leaf { get; } = new() { IsMember = true };

    /// <summary>Whether the field itself is in the set, besides what lies below it.</summary>
    public bool IsMember { get; init; }

    public bool HasChildren => _children is { Count: > 0 };

    public bool IsEmpty => !IsMember && !HasChildren;

    public IEnumerable<KeyValuePair<string, FieldTree>> Children => _children ?? Enumerable.Empty<KeyValuePair<string, FieldTree>>();

    public FieldTree? Child(string element) => _children?.GetValueOrDefault(element);

    /// <summary>Adds below a tree that is still being built; empty trees are left out.</summary>
    public void Add(string element, FieldTree child)
    {
        if (!child.IsEmpty) (_children ??= new(StringComparer.Ordinal))[element] = child;
    }

    public FieldTree Union(FieldTree other)
    {
        if (other.IsEmpty || ReferenceEquals(this, other)) return this;
        if (IsEmpty) return other;
        var result = new FieldTree { IsMember = IsMember || other.IsMember };
        foreach (var (element, child) in Children) result.Add(element, other.Child(element) is { } theirs ? child.Union(theirs) : child);
        foreach (var (element, child) in other.Children)
            if (Child(element) is null) result.Add(element, child);
        return result;
    }

    /// <summary>What is in both.</summary>
    public FieldTree Intersect(FieldTree other)
    {
        if (IsEmpty || other.IsEmpty) return Empty;
        var result = new FieldTree { IsMember = IsMember && other.IsMember };
        foreach (var (element, child) in Children)
            if (other.Child(element) is { } theirs) result.Add(element, child.Intersect(theirs));
        return result.IsEmpty ? Empty : result;
    }

    /// <summary>What is here and not in the other.</summary>
    public FieldTree Except(FieldTree other)
    {
        if (IsEmpty || other.IsEmpty) return this;
        var result = new FieldTree { IsMember = IsMember && !other.IsMember };
        foreach (var (element, child) in Children) result.Add(element, other.Child(element) is { } theirs ? child.Except(theirs) : child);
        return result.IsEmpty ? Empty : result;
    }

    /// <summary>What is here and neither in the other nor below one of its members: where a field is gone, so is all below it.</summary>
    public FieldTree ExceptBelow(FieldTree other)
    {
        if (other.IsMember) return Empty;
        if (IsEmpty || other.IsEmpty) return this;
        var result = new FieldTree { IsMember = IsMember };
        foreach (var (element, child) in Children) result.Add(element, other.Child(element) is { } theirs ? child.ExceptBelow(theirs) : child);
        return result.IsEmpty ? Empty : result;
    }

    /// <summary>The same without some top-level elements.</summary>
    public FieldTree Without(Func<string, FieldTree, FieldTree?> replace)
    {
        var result = new FieldTree { IsMember = IsMember };
        foreach (var (element, child) in Children)
            if (replace(element, child) is { } kept) result.Add(element, kept);
        return result;
    }

    public bool SameAs(FieldTree other)
    {
        if (ReferenceEquals(this, other)) return true;
        if (IsMember != other.IsMember || (_children?.Count ?? 0) != (other._children?.Count ?? 0)) return false;
        foreach (var (element, child) in Children)
            if (other.Child(element) is not { } theirs || !child.SameAs(theirs)) return false;
        return true;
    }

    /// <summary>The members' paths as messages show them, such as <c>.spec.containers[name="c"].image</c>.</summary>
    public IEnumerable<string> Paths(string prefix = "")
    {
        if (IsMember) yield return prefix;
        foreach (var (element, child) in Children.OrderBy(static c => c.Key, ElementOrder.Instance))
            foreach (var path in child.Paths(prefix + PathElements.Show(element))) yield return path;
    }

    /// <summary>Encodes the set as FieldsV1.</summary>
    public byte[] Encode()
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Api.ApiJson.WriterOptions)) Write(writer, root: true);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads FieldsV1.</summary>
    /// <exception cref="JsonException">The bytes are not FieldsV1.</exception>
    public static FieldTree Decode(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty) return Empty;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 512 });
        reader.Read();
        return Read(ref reader, root: true);
    }

    private static FieldTree Read(ref Utf8JsonReader reader, bool root)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException("a set of fields is made of objects");
        var member = false;
        Dictionary<string, FieldTree>? children = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("."u8))
            {
                member = true;
                reader.Read();
                reader.Skip();
                continue;
            }

            var element = reader.GetString()!;
            if (element.Length < 2 || element[1] != ':' || element[0] is not ('f' or 'k' or 'v' or 'i')) throw new JsonException($"\"{element}\" is no path element");
            reader.Read();
            (children ??= new(StringComparer.Ordinal))[element] = Read(ref reader, root: false);
        }

        if (children is null && (member || !root)) return Leaf;
        return new FieldTree { IsMember = member, _children = children };
    }

    private void Write(Utf8JsonWriter writer, bool root)
    {
        writer.WriteStartObject();
        if (HasChildren)
        {
            if (IsMember && !root)
            {
                writer.WriteStartObject("."u8);
                writer.WriteEndObject();
            }

            var sorted = _children!.ToArray();
            Array.Sort(sorted, static (a, b) => ElementOrder.Instance.Compare(a.Key, b.Key));
            foreach (var (element, child) in sorted)
            {
                writer.WritePropertyName(element);
                child.Write(writer, root: false);
            }
        }

        writer.WriteEndObject();
    }

    /// <summary>Fields first, then keyed entries, then values, then positions.</summary>
    private sealed class ElementOrder : IComparer<string>
    {
        public static ElementOrder Instance { get; } = new();

        public int Compare(string? left, string? right)
        {
            var order = Rank(left![0]) - Rank(right![0]);
            return order != 0 ? order : string.CompareOrdinal(left, right);
        }

        private static int Rank(char sort) => sort switch { 'f' => 0, 'k' => 1, 'v' => 2, _ => 3 };
    }
}

/// <summary>Writes path elements.</summary>
internal static class PathElements
{
    public static string Show(string element)
    {
        var text = element[2..];
        switch (element[0])
        {
            case 'f': return "." + text;
            case 'k':
                using (var keys = JsonDocument.Parse(text))
                    return "[" + string.Join(",", keys.RootElement.EnumerateObject().Select(static p => $"{p.Name}={p.Value.GetRawText()}")) + "]";
            case 'v': return $"[={text}]";
            default: return $"[{text}]";
        }
    }

    /// <summary>The element of an entry in a list that is a map; null when no key is given.</summary>
    public static string? Keyed(JsonElement entry, Api.ValueSchema list)
    {
        if (entry.ValueKind != JsonValueKind.Object) return null;
        var text = new StringBuilder("k:{");
        var any = false;
        IEnumerable<string> keys = list.ListMapKeys.Count > 1 ? list.ListMapKeys.Order(StringComparer.Ordinal) : list.ListMapKeys;
        foreach (var key in keys)
        {
            if (any) text.Append(',');
            if (entry.TryGetProperty(key, out var value)) text.Append('"').Append(key).Append("\":").Append(value.GetRawText());
            else if (list.Items?.Object?.Find(key)?.Default is { } constant) text.Append('"').Append(key).Append("\":").Append(constant is string s ? $"\"{s}\"" : System.Convert.ToString(constant, System.Globalization.CultureInfo.InvariantCulture));
            else
            {
                if (any) text.Length--;
                continue;
            }

            any = true;
        }

        return any ? text.Append('}').ToString() : null;
    }
}
