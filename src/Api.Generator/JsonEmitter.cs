using System.Text;
using static Tiphys.Api.Generator.ModelReader;

namespace Tiphys.Api.Generator;

/// <summary>Writes the JSON codec: one line a field in each direction.</summary>
internal static class JsonEmitter
{
    public static void Emit(StringBuilder text, TypeModel type)
    {
        EmitWrite(text, type);
        EmitRead(text, type);
    }

    private static void EmitWrite(StringBuilder text, TypeModel type)
    {
        text.AppendLine($"    public {TypeEmitter.New(type)}void WriteJson(Utf8JsonWriter w, bool typeMeta = true)");
        text.AppendLine("    {");
        text.AppendLine("        w.WriteStartObject();");
        if (type.Kind is { } kind)
        {
            var version = kind.Group.Length == 0 ? kind.Version : kind.Group + "/" + kind.Version;
            text.AppendLine($"        if (typeMeta) {{ w.WriteString(\"kind\"u8, {Literal(type.Name)}u8); w.WriteString(\"apiVersion\"u8, {Literal(version)}u8); }}");
        }

        foreach (var field in type.AllFields) text.Append("        ").AppendLine(Write(field));
        text.AppendLine("        w.WriteEndObject();");
        text.AppendLine("    }");
    }

    private static string Write(FieldModel field)
    {
        var name = Literal(field.Name) + "u8";
        var property = field.Property;
        if (field.Shape != Shape.Single)
        {
            var value = field.WithTypeMeta ? "static (w, v) => v.WriteJson(w)" : "static (w, v) => w.Value(v)";
            var method = field.Shape == Shape.List ? "List" : "Map";
            return field.AlwaysShown
                ? $"if ({property} is {(field.NullWhenUnset ? "not { Count: > 0 }" : "null")}) w.Null({name}); else w.{method}({name}, {property}, {value});"
                : $"if ({property} is {{ Count: > 0 }}) w.{method}({name}, {property}, {value});";
        }

        switch (field.Scalar)
        {
            case Scalar.Time or Scalar.MicroTime:
                var unset = field.NullWhenUnset || field.AlwaysShown ? $" else w.Null({name});" : "";
                return $"if ({property} is {{ }} t{property}) w.{field.Scalar}({name}, t{property});{unset}";
            case Scalar.Bytes:
                return field.AlwaysShown
                    ? $"if ({property} is null) w.Null({name}); else w.Field({name}, {property});"
                    : $"if ({property} is {{ Length: > 0 }}) w.Field({name}, {property});";
            default:
                if (field.Nullable) return $"if ({property} is {{ }} v{property}) w.Field({name}, v{property});" + (field.AlwaysShown ? $" else w.Null({name});" : "");
                var condition = field.AlwaysShown ? "" : field.Scalar switch
                {
                    Scalar.String => $"if (!string.IsNullOrEmpty({property})) ",
                    Scalar.Boolean => $"if ({property}) ",
                    Scalar.Int32 or Scalar.Int64 or Scalar.Double => $"if ({property} != 0) ",
                    _ => "",
                };
                return $"{condition}w.Field({name}, {property});";
        }
    }

    private static void EmitRead(StringBuilder text, TypeModel type)
    {
        text.AppendLine($"    public {TypeEmitter.New(type)}void ReadJson(ref ApiJsonReader r)");
        text.AppendLine("    {");
        text.AppendLine("        if (!r.BeginObject()) return;");
        text.AppendLine("        while (r.NextField())");
        text.AppendLine("        {");
        text.AppendLine("            var n = r.FieldName;");
        text.AppendLine("            switch (n.Length)");
        text.AppendLine("            {");
        var reads = type.AllFields.Select(static f => (f.Name, Read: Read(f))).ToList();
        if (type.Kind is not null) reads.AddRange([("kind", "r.Skip();"), ("apiVersion", "r.Skip();")]);
        foreach (var group in reads.GroupBy(static f => Encoding.UTF8.GetByteCount(f.Name)).OrderBy(static g => g.Key))
        {
            text.AppendLine($"                case {Number(group.Key)}:");
            foreach (var (name, read) in group)
                text.AppendLine($"                    if (n.SequenceEqual({Literal(name)}u8)) {{ {read} continue; }}");
            text.AppendLine("                    break;");
        }

        text.AppendLine("            }");
        text.AppendLine("            r.SkipUnknown();");
        text.AppendLine("        }");
        text.AppendLine("    }");
    }

    private static string Read(FieldModel field)
    {
        var property = field.Property;
        if (field.Shape != Shape.Single)
        {
            var item = field.Shape == Shape.MapOfLists
                ? "static (ref ApiJsonReader r) => r.List(static (ref ApiJsonReader r) => r.String()) ?? []"
                : "static (ref ApiJsonReader r) => " + ReadItem(field);
            var method = field.Shape == Shape.List ? "List" : "Map";
            var empty = field.Nullable ? "" : field.Shape == Shape.List ? " ?? []" : " ?? new()";
            return $"{property} = r.{method}({item}){empty};";
        }

        return field.Scalar switch
        {
            Scalar.Message => field.Nullable ? $"{property} = r.Message<{field.Message}>();" : $"{property}.ReadJson(ref r);",
            Scalar.Time or Scalar.MicroTime => $"{property} = r.Time();",
            Scalar.Duration or Scalar.Raw or Scalar.Bytes => $"{property} = r.{field.Scalar}(){(field.Nullable ? "" : field.Scalar == Scalar.Bytes ? " ?? []" : " ?? default")};",
            _ => $"{property} = r.{(field.Nullable ? "Nullable" : "")}{field.Scalar}();",
        };
    }

    private static string ReadItem(FieldModel field) => field.Scalar switch
    {
        Scalar.Message => $"r.Message<{field.Message}>() ?? new()",
        Scalar.Bytes => "r.Bytes() ?? []",
        Scalar.Raw => "r.Raw() ?? default",
        Scalar.Time => "r.Time() ?? default",
        _ => $"r.{field.Scalar}()",
    };
}
