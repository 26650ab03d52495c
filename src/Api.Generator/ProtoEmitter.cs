using System.Text;
using static Tiphys.Api.Generator.ModelReader;

namespace Tiphys.Api.Generator;

/// <summary>Writes the protobuf codec; fields are written from the last number to the first, as ProtoWriter asks.</summary>
internal static class ProtoEmitter
{
    public static void Emit(StringBuilder text, TypeModel type)
    {
        var hides = TypeEmitter.New(type);
        text.AppendLine($"    public {hides}void WriteProto(ProtoWriter w)");
        text.AppendLine("    {");
        var writes = type.Fields.Select(static f => (f.Number, Line: Write(f))).ToList();
        if (type.HasBase) writes.Add((type.BaseNumber, $"{{ var mark = w.Length; base.WriteProto(w); w.EndMessage({Number(type.BaseNumber)}, mark); }}"));
        foreach (var (_, line) in writes.OrderByDescending(static f => f.Number)) text.Append("        ").AppendLine(line);
        text.AppendLine("    }");

        text.AppendLine($"    public {hides}void ReadProto(ref ProtoReader r)");
        text.AppendLine("    {");
        text.AppendLine("        while (r.NextField())");
        text.AppendLine("        {");
        text.AppendLine("            switch (r.Field)");
        text.AppendLine("            {");
        foreach (var field in type.Fields) text.AppendLine($"                case {Number(field.Number)}: {Read(field)} break;");
        if (type.HasBase) text.AppendLine($"                case {Number(type.BaseNumber)}: {{ var inner = new ProtoReader(r.Span()); base.ReadProto(ref inner); break; }}");
        text.AppendLine("                default: r.Skip(); break;");
        text.AppendLine("            }");
        text.AppendLine("        }");
        text.AppendLine("    }");
    }

    private static string Write(FieldModel field)
    {
        var number = Number(field.Number);
        var property = field.Property;
        switch (field.Shape)
        {
            case Shape.List when field.ItemsMessage:
                return $"if ({property} is not null) {{ var mark = w.Length; w.List(1, {property}, static (w, n, v) => w.{Method(field)}(n, v)); w.EndMessage({number}, mark); }}";
            case Shape.List: return $"w.List({number}, {property}, static (w, n, v) => w.{Method(field)}(n, v));";
            case Shape.Map when field.Scalar == Scalar.Time: return $"w.Map({number}, {property}, static (w, n, v) => w.Time(n, v == default ? null : v));";
            case Shape.Map: return $"w.Map({number}, {property}, static (w, n, v) => w.{Method(field)}(n, v));";
            case Shape.MapOfLists:
                return $"w.Map({number}, {property}, static (w, n, v) => {{ var mark = w.Length; w.List(1, v, static (w, n, v) => w.String(n, v)); w.EndMessage(n, mark); }});";
        }

        // Go's plain metav1.Time is an empty message when unset; a pointer is left out.
        if (field.NullWhenUnset) return $"w.{Method(field)}({number}, {property});";
        if (field.Scalar == Scalar.Bytes) return $"if ({property} is not null) w.Bytes({number}, {property});";
        return field.Nullable ? $"if ({property} is {{ }} v{property}) w.{Method(field)}({number}, v{property});" : $"w.{Method(field)}({number}, {property});";
    }

    private static string Method(FieldModel field) => field.Scalar == Scalar.Int32 ? "Int64" : field.Scalar.ToString();

    private static string Read(FieldModel field)
    {
        var property = field.Property;
        var single = Single(field);
        return field.Shape switch
        {
            Shape.List when field.ItemsMessage => $"{property} = r.Strings();",
            Shape.List => $"({property} ??= []).Add({single});",
            Shape.Map => $"r.MapEntry({property} ??= new(StringComparer.Ordinal), static (ref ProtoReader r) => {single}, {Missing(field)});",
            Shape.MapOfLists => $"r.MapEntry({property} ??= new(StringComparer.Ordinal), static (ref ProtoReader r) => r.Strings(), []);",
            _ when field.Scalar == Scalar.Message && !field.Nullable => $"r.Into({property});",
            _ => $"{property} = {single};",
        };
    }

    private static string Single(FieldModel field) => field.Scalar switch
    {
        Scalar.Message => $"r.Message<{field.Message}>()",
        Scalar.Time when field.Shape != Shape.Single => "r.Time() ?? default",
        Scalar.MicroTime => "r.Time()",
        _ => $"r.{field.Scalar}()",
    };

    private static string Missing(FieldModel field) => field.Scalar switch
    {
        Scalar.String => "\"\"",
        Scalar.Message => "new()",
        Scalar.Bytes => "[]",
        _ => "default",
    };
}
