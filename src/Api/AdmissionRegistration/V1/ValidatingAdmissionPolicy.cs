using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.AdmissionRegistration.V1;

/// <summary>Checks on requests, written in CEL.</summary>
[ApiKind("admissionregistration.k8s.io", "v1", Resource = "validatingadmissionpolicies", Namespaced = false, Categories = ["api-extensions"])]
public sealed partial class ValidatingAdmissionPolicy : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The checks.</summary>
    [Field(2)]
    public ValidatingAdmissionPolicySpec Spec { get; set; } = new();

    /// <summary>Whether they make sense.</summary>
    [Field(3)]
    public ValidatingAdmissionPolicyStatus Status { get; set; } = new();
}

/// <summary>Checks on requests.</summary>
[ApiType]
public sealed partial class ValidatingAdmissionPolicySpec
{
    /// <summary>Kind of the parameters.</summary>
    [Field(1)]
    public ParamKind? ParamKind { get; set; }

    /// <summary>Requests the policy is for.</summary>
    [Field(2)]
    public MatchResources? MatchConstraints { get; set; }

    /// <summary>The checks.</summary>
    [Field(3), Atomic]
    public List<Validation>? Validations { get; set; }

    /// <summary>What happens when a check cannot be made.</summary>
    [Field(4), OneOf(typeof(FailurePolicyType)), Default(FailurePolicyType.Fail)]
    public string? FailurePolicy { get; set; }

    /// <summary>Annotations for the audit log.</summary>
    [Field(5), Atomic]
    public List<AuditAnnotation>? AuditAnnotations { get; set; }

    /// <summary>CEL conditions, all of which must hold for the checks.</summary>
    [Field(6), ListMap("name"), PatchMerge("name")]
    public List<MatchCondition>? MatchConditions { get; set; }

    /// <summary>Named expressions for use in others.</summary>
    [Field(7), ListMap("name"), PatchMerge("name")]
    public List<Variable>? Variables { get; set; }
}

/// <summary>The kind of a policy's parameters.</summary>
[ApiType]
[Atomic]
public sealed partial class ParamKind
{
    /// <summary>Group and version.</summary>
    [Field(1)]
    public string ApiVersion { get; set; } = "";

    /// <summary>Kind.</summary>
    [Field(2)]
    public string Kind { get; set; } = "";
}

/// <summary>A check.</summary>
[ApiType]
public sealed partial class Validation
{
    /// <summary>CEL expression; false refuses the request.</summary>
    [Field(1), Required]
    public string Expression { get; set; } = "";

    /// <summary>What the refusal says.</summary>
    [Field(2)]
    public string Message { get; set; } = "";

    /// <summary>Reason of the refusal: Unauthorized, Forbidden, Invalid or RequestEntityTooLarge; Invalid when unset.</summary>
    [Field(3)]
    public string? Reason { get; set; }

    /// <summary>CEL expression for what the refusal says; wins over the message.</summary>
    [Field(4)]
    public string MessageExpression { get; set; } = "";
}

/// <summary>A named expression.</summary>
[ApiType]
[Atomic]
public sealed partial class Variable
{
    /// <summary>Name, used as variables.NAME.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>CEL expression.</summary>
    [Field(2), Required]
    public string Expression { get; set; } = "";
}

/// <summary>An annotation for the audit log.</summary>
[ApiType]
public sealed partial class AuditAnnotation
{
    /// <summary>Key, put after the policy's name.</summary>
    [Field(1), Required]
    public string Key { get; set; } = "";

    /// <summary>CEL expression for the value; null leaves the annotation out.</summary>
    [Field(2), Required]
    public string ValueExpression { get; set; } = "";
}

/// <summary>Whether a policy makes sense.</summary>
[ApiType]
public sealed partial class ValidatingAdmissionPolicyStatus
{
    /// <summary>Generation the status was computed from.</summary>
    [Field(1)]
    public long ObservedGeneration { get; set; }

    /// <summary>What checking the types of expressions found.</summary>
    [Field(2)]
    public TypeChecking? TypeChecking { get; set; }

    /// <summary>Aspects of the state.</summary>
    [Field(3), ListMap("type")]
    public List<Condition>? Conditions { get; set; }
}

/// <summary>What checking the types of expressions found.</summary>
[ApiType]
public sealed partial class TypeChecking
{
    /// <summary>The faults.</summary>
    [Field(1), Atomic]
    public List<ExpressionWarning>? ExpressionWarnings { get; set; }
}

/// <summary>A fault in an expression.</summary>
[ApiType]
public sealed partial class ExpressionWarning
{
    /// <summary>Path of the expression.</summary>
    [Field(2), Required]
    public string FieldRef { get; set; } = "";

    /// <summary>What is wrong, for people.</summary>
    [Field(3), Required]
    public string Warning { get; set; } = "";
}

/// <summary>Puts a policy to use.</summary>
[ApiKind("admissionregistration.k8s.io", "v1", Resource = "validatingadmissionpolicybindings", Namespaced = false, Categories = ["api-extensions"])]
public sealed partial class ValidatingAdmissionPolicyBinding : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Which policy, with which parameters and for what.</summary>
    [Field(2)]
    public ValidatingAdmissionPolicyBindingSpec Spec { get; set; } = new();
}

/// <summary>How a policy is put to use.</summary>
[ApiType]
public sealed partial class ValidatingAdmissionPolicyBindingSpec
{
    /// <summary>Name of the policy.</summary>
    [Field(1)]
    public string PolicyName { get; set; } = "";

    /// <summary>The parameters.</summary>
    [Field(2)]
    public ParamRef? ParamRef { get; set; }

    /// <summary>Requests it is for, among those of the policy.</summary>
    [Field(3)]
    public MatchResources? MatchResources { get; set; }

    /// <summary>What a failed check does.</summary>
    [Field(4), OneOf(typeof(ValidationAction)), ListSet]
    public List<string>? ValidationActions { get; set; }
}

/// <summary>What a failed check does.</summary>
public static class ValidationAction
{
    /// <summary>The request is refused.</summary>
    public const string Deny = "Deny";

    /// <summary>The caller is warned.</summary>
    public const string Warn = "Warn";

    /// <summary>The audit log notes it.</summary>
    public const string Audit = "Audit";
}

/// <summary>Points to parameters; exactly one of name and selector is set.</summary>
[ApiType]
[Atomic]
public sealed partial class ParamRef
{
    /// <summary>Name of the object.</summary>
    [Field(1)]
    public string Name { get; set; } = "";

    /// <summary>Namespace of the object; that of the request when empty.</summary>
    [Field(2)]
    public string Namespace { get; set; } = "";

    /// <summary>Labels of the objects; every one is used.</summary>
    [Field(3)]
    public LabelSelector? Selector { get; set; }

    /// <summary>What happens when there are none.</summary>
    [Field(4)]
    public string? ParameterNotFoundAction { get; set; }
}

/// <summary>What happens when a policy's parameters are missing.</summary>
public static class ParameterNotFoundActionType
{
    /// <summary>The request passes.</summary>
    public const string Allow = "Allow";

    /// <summary>The failure policy decides.</summary>
    public const string Deny = "Deny";
}
