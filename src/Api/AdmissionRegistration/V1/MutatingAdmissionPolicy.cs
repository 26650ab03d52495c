using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.AdmissionRegistration.V1;

/// <summary>Changes to requests, written in CEL.</summary>
[ApiKind("admissionregistration.k8s.io", "v1", Resource = "mutatingadmissionpolicies", Namespaced = false, Categories = ["api-extensions"])]
public sealed partial class MutatingAdmissionPolicy : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The changes.</summary>
    [Field(2)]
    public MutatingAdmissionPolicySpec Spec { get; set; } = new();
}

/// <summary>Changes to requests.</summary>
[ApiType]
public sealed partial class MutatingAdmissionPolicySpec
{
    /// <summary>Kind of the parameters.</summary>
    [Field(1)]
    public ParamKind? ParamKind { get; set; }

    /// <summary>Requests the policy is for.</summary>
    [Field(2)]
    public MatchResources? MatchConstraints { get; set; }

    /// <summary>Named expressions for use in others.</summary>
    [Field(3), Atomic]
    public List<Variable>? Variables { get; set; }

    /// <summary>The changes, in order.</summary>
    [Field(4), Atomic]
    public List<Mutation>? Mutations { get; set; }

    /// <summary>What happens when a change cannot be made.</summary>
    [Field(5), OneOf(typeof(FailurePolicyType)), Default(FailurePolicyType.Fail)]
    public string? FailurePolicy { get; set; }

    /// <summary>CEL conditions, all of which must hold for the changes.</summary>
    [Field(6), ListMap("name"), PatchMerge("name")]
    public List<MatchCondition>? MatchConditions { get; set; }

    /// <summary>Whether changes are made again when others changed the object after them.</summary>
    [Field(7), OneOf(typeof(ReinvocationPolicyType))]
    public string ReinvocationPolicy { get; set; } = "";
}

/// <summary>A change; the part named by the type is set.</summary>
[ApiType]
public sealed partial class Mutation
{
    /// <summary>How the change is written.</summary>
    [Field(2), Required, OneOf(typeof(PatchType))]
    public string PatchType { get; set; } = "";

    /// <summary>An apply configuration.</summary>
    [Field(3)]
    public ApplyConfiguration? ApplyConfiguration { get; set; }

    /// <summary>A JSON patch.</summary>
    [Field(4)]
    public JSONPatch? JsonPatch { get; set; }
}

/// <summary>How a change is written.</summary>
public static class PatchType
{
    /// <summary>As fields to be merged by server-side apply.</summary>
    public const string ApplyConfiguration = "ApplyConfiguration";

    /// <summary>As steps of a JSON patch.</summary>
    public const string JSONPatch = "JSONPatch";
}

/// <summary>A change written as fields.</summary>
[ApiType]
public sealed partial class ApplyConfiguration
{
    /// <summary>CEL expression that yields an object.</summary>
    [Field(1)]
    public string Expression { get; set; } = "";
}

/// <summary>A change written as steps.</summary>
[ApiType]
public sealed partial class JSONPatch
{
    /// <summary>CEL expression that yields a list of steps.</summary>
    [Field(1)]
    public string Expression { get; set; } = "";
}

/// <summary>Puts a policy to use.</summary>
[ApiKind("admissionregistration.k8s.io", "v1", Resource = "mutatingadmissionpolicybindings", Namespaced = false, Categories = ["api-extensions"])]
public sealed partial class MutatingAdmissionPolicyBinding : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Which policy, with which parameters and for what.</summary>
    [Field(2)]
    public MutatingAdmissionPolicyBindingSpec Spec { get; set; } = new();
}

/// <summary>How a policy is put to use.</summary>
[ApiType]
public sealed partial class MutatingAdmissionPolicyBindingSpec
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
}
