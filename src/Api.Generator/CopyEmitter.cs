using System.Text;

namespace Tiphys.Api.Generator;

/// <summary>Writes DeepCopy: a shallow clone, then a copy of every mutable part.</summary>
internal static class CopyEmitter
{
    public static void Emit(StringBuilder text, TypeModel type)
    {
        text.AppendLine($"    public {TypeEmitter.New(type)}{type.Name} DeepCopy()");
        text.AppendLine("    {");
        text.AppendLine($"        var copy = ({type.Name})MemberwiseClone();");
        foreach (var field in type.AllFields)
        {
            if (Copy(field) is { } copy) text.AppendLine($"        copy.{field.Property} = {copy};");
        }

        text.AppendLine("        return copy;");
        text.AppendLine("    }");
        text.AppendLine("    IApiMessage IApiMessage.DeepCopyMessage() => DeepCopy();");
    }

    private static string? Copy(FieldModel field)
    {
        var property = field.Property;
        var element = field.Scalar switch
        {
            Scalar.Message => "v.DeepCopy()",
            Scalar.Bytes => "(byte[])v.Clone()",
            _ => null,
        };
        return field.Shape switch
        {
            Shape.List when element is null => $"{property} is null ? null! : new({property})",
            Shape.List => $"{property} is null ? null! : {property}.ConvertAll(static v => {element})",
            Shape.Map when element is null => $"{property} is null ? null! : new({property}, StringComparer.Ordinal)",
            Shape.Map => $"ApiCopy.Map({property}, static v => {element})!",
            Shape.MapOfLists => $"ApiCopy.Map({property}, static v => new List<string>(v))!",
            _ when field.Scalar == Scalar.Message => $"{property}{(field.Nullable ? "?" : "")}.DeepCopy()",
            _ when field.Scalar == Scalar.Bytes => $"(byte[]{(field.Nullable ? "?" : "")}){property}{(field.Nullable ? "?" : "")}.Clone()",
            _ => null,
        };
    }
}
