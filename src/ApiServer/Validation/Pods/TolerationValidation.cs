using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of tolerations and of the effects they and taints name.</summary>
internal static class TolerationValidation
{
    private static readonly string[] s_operators = ["Equal", "Exists"];
    private static readonly string[] s_effects = [TaintEffect.NoSchedule, TaintEffect.PreferNoSchedule, TaintEffect.NoExecute];

    public static void Validate(List<Toleration>? tolerations, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < (tolerations?.Count ?? 0); i++) One(tolerations![i], path[i], errors);
    }

    /// <summary>The effect of a taint, which must be there.</summary>
    public static void Effect(string effect, FieldPath path, FieldErrors errors) => FieldRules.OneOf(effect, s_effects, path, errors);

    private static void One(Toleration toleration, FieldPath path, FieldErrors errors)
    {
        FieldRules.OptionalName(toleration.Key, LabelSyntax.KeyErrors, path["key"], errors);
        if (toleration.Key.Length == 0 && toleration.Operator != "Exists")
            errors.Invalid(path["operator"], toleration.Operator, "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
        if (toleration.TolerationSeconds is not null && toleration.Effect != TaintEffect.NoExecute)
            errors.Invalid(path["effect"], toleration.Effect, "effect must be 'NoExecute' when `tolerationSeconds` is set");
        switch (toleration.Operator)
        {
            case "" or "Equal":
                if (LabelSyntax.ValueErrors(toleration.Value) is { Count: > 0 } problems) errors.Invalid(path["operator"], toleration.Value, string.Join(";", problems));
                break;
            case "Exists":
                if (toleration.Value.Length > 0) errors.Invalid(path["operator"], toleration.Value, "value must be empty when `operator` is 'Exists'");
                break;
            default:
                errors.NotSupported(path["operator"], toleration.Operator, s_operators);
                break;
        }

        if (toleration.Effect.Length > 0) FieldRules.Supported(toleration.Effect, s_effects, path["effect"], errors);
    }
}
