using System.Text;

namespace Tiphys.Api.Generator;

/// <summary>Writes ApplyDefaults: constants first, then the hand-written rules, then the fields below.</summary>
internal static class DefaultsEmitter
{
    public static void Emit(StringBuilder text, TypeModel type)
    {
        text.AppendLine("    partial void OnDefaulting();");
        text.AppendLine($"    public {TypeEmitter.New(type)}void ApplyDefaults()");
        text.AppendLine("    {");
        if (type.HasBase) text.AppendLine("        base.ApplyDefaults();");
        foreach (var field in type.Fields.Where(static f => f.Default is not null && !IsZero(f)))
        {
            // A plain Go value cannot tell zero from missing, so zero gets the default too.
            var missing = field switch
            {
                { Nullable: true } => $"{field.Property} is null",
                { Scalar: Scalar.String } => $"string.IsNullOrEmpty({field.Property})",
                { Scalar: Scalar.Boolean } => $"!{field.Property}",
                _ => $"{field.Property} == 0",
            };
            text.AppendLine($"        if ({missing}) {field.Property} = {field.Default};");
        }

        text.AppendLine("        OnDefaulting();");
        foreach (var field in type.Fields.Where(static f => f.Scalar == Scalar.Message))
        {
            var property = field.Property;
            text.AppendLine(field.Shape switch
            {
                Shape.List => $"        if ({property} is not null) foreach (var item in {property}) item.ApplyDefaults();",
                Shape.Map => $"        if ({property} is not null) foreach (var item in {property}.Values) item.ApplyDefaults();",
                _ => $"        {property}{(field.Nullable ? "?" : "")}.ApplyDefaults();",
            });
        }

        text.AppendLine("    }");
    }

    /// <summary>A default that a plain value has by itself is there for the schema only.</summary>
    private static bool IsZero(FieldModel field) => !field.Nullable && field.Default is "\"\"" or "0" or "false";
}
