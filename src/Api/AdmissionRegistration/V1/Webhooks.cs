using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.AdmissionRegistration.V1;

/// <summary>Webhooks that may refuse requests.</summary>
[ApiKind("admissionregistration.k8s.io", "v1", Resource = "validatingwebhookconfigurations", Namespaced = false, Categories = ["api-extensions"])]
public sealed partial class ValidatingWebhookConfiguration : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The webhooks.</summary>
    [Field(2), ListMap("name"), PatchMerge("name")]
    public List<ValidatingWebhook>? Webhooks { get; set; }
}

/// <summary>Webhooks that may change requests.</summary>
[ApiKind("admissionregistration.k8s.io", "v1", Resource = "mutatingwebhookconfigurations", Namespaced = false, Categories = ["api-extensions"])]
public sealed partial class MutatingWebhookConfiguration : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The webhooks, called one after the other.</summary>
    [Field(2), ListMap("name"), PatchMerge("name")]
    public List<MutatingWebhook>? Webhooks { get; set; }
}

/// <summary>A webhook that may refuse requests.</summary>
[ApiType]
public sealed partial class ValidatingWebhook
{
    /// <summary>Name of the webhook, with a domain.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>Where it is.</summary>
    [Field(2), Required]
    public WebhookClientConfig ClientConfig { get; set; } = new();

    /// <summary>Requests it is called for.</summary>
    [Field(3), Atomic]
    public List<RuleWithOperations>? Rules { get; set; }

    /// <summary>What happens when it cannot be called.</summary>
    [Field(4), OneOf(typeof(FailurePolicyType)), Default(FailurePolicyType.Fail)]
    public string? FailurePolicy { get; set; }

    /// <summary>Whether other versions of a resource match.</summary>
    [Field(9), OneOf(typeof(MatchPolicyType)), Default(MatchPolicyType.Equivalent)]
    public string? MatchPolicy { get; set; }

    /// <summary>Labels of the object's namespace; cluster-scoped objects always match.</summary>
    [Field(5)]
    public LabelSelector? NamespaceSelector { get; set; }

    /// <summary>Labels of the object, old or new.</summary>
    [Field(10)]
    public LabelSelector? ObjectSelector { get; set; }

    /// <summary>Whether calling it changes anything; only None and NoneOnDryRun are taken.</summary>
    [Field(6), Required, OneOf(typeof(SideEffectClass))]
    public string? SideEffects { get; set; }

    /// <summary>Seconds it has to answer, 1 to 30.</summary>
    [Field(7), Default(10)]
    public int? TimeoutSeconds { get; set; }

    /// <summary>Versions of AdmissionReview it understands, in order of preference.</summary>
    [Field(8), Required, Atomic]
    public List<string> AdmissionReviewVersions { get; set; } = [];

    /// <summary>CEL conditions, all of which must hold for a call.</summary>
    [Field(11), ListMap("name"), PatchMerge("name")]
    public List<MatchCondition>? MatchConditions { get; set; }
}

/// <summary>A webhook that may change requests.</summary>
[ApiType]
public sealed partial class MutatingWebhook
{
    /// <summary>Name of the webhook, with a domain.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>Where it is.</summary>
    [Field(2), Required]
    public WebhookClientConfig ClientConfig { get; set; } = new();

    /// <summary>Requests it is called for.</summary>
    [Field(3), Atomic]
    public List<RuleWithOperations>? Rules { get; set; }

    /// <summary>What happens when it cannot be called.</summary>
    [Field(4), OneOf(typeof(FailurePolicyType)), Default(FailurePolicyType.Fail)]
    public string? FailurePolicy { get; set; }

    /// <summary>Whether other versions of a resource match.</summary>
    [Field(9), OneOf(typeof(MatchPolicyType)), Default(MatchPolicyType.Equivalent)]
    public string? MatchPolicy { get; set; }

    /// <summary>Labels of the object's namespace; cluster-scoped objects always match.</summary>
    [Field(5)]
    public LabelSelector? NamespaceSelector { get; set; }

    /// <summary>Labels of the object, old or new.</summary>
    [Field(11)]
    public LabelSelector? ObjectSelector { get; set; }

    /// <summary>Whether calling it changes anything; only None and NoneOnDryRun are taken.</summary>
    [Field(6), Required, OneOf(typeof(SideEffectClass))]
    public string? SideEffects { get; set; }

    /// <summary>Seconds it has to answer, 1 to 30.</summary>
    [Field(7), Default(10)]
    public int? TimeoutSeconds { get; set; }

    /// <summary>Versions of AdmissionReview it understands, in order of preference.</summary>
    [Field(8), Required, Atomic]
    public List<string> AdmissionReviewVersions { get; set; } = [];

    /// <summary>Whether it is called again when others changed the object after it.</summary>
    [Field(10), OneOf(typeof(ReinvocationPolicyType)), Default(ReinvocationPolicyType.Never)]
    public string? ReinvocationPolicy { get; set; }

    /// <summary>CEL conditions, all of which must hold for a call.</summary>
    [Field(12), ListMap("name"), PatchMerge("name")]
    public List<MatchCondition>? MatchConditions { get; set; }
}

/// <summary>Whether a change is made again after others.</summary>
public static class ReinvocationPolicyType
{
    /// <summary>It is not.</summary>
    public const string Never = "Never";

    /// <summary>It is, once, when others changed the object after it.</summary>
    public const string IfNeeded = "IfNeeded";
}

/// <summary>Whether calling a webhook changes anything.</summary>
public static class SideEffectClass
{
    /// <summary>It may.</summary>
    public const string Unknown = "Unknown";

    /// <summary>It does not.</summary>
    public const string None = "None";

    /// <summary>It does.</summary>
    public const string Some = "Some";

    /// <summary>It does not on a dry run.</summary>
    public const string NoneOnDryRun = "NoneOnDryRun";
}

/// <summary>Where a webhook is; exactly one of URL and service is set.</summary>
[ApiType]
public sealed partial class WebhookClientConfig
{
    /// <summary>HTTPS address.</summary>
    [Field(3)]
    public string? Url { get; set; }

    /// <summary>Service of the cluster.</summary>
    [Field(1)]
    public ServiceReference? Service { get; set; }

    /// <summary>Certificate authorities to trust, PEM; the system's when unset.</summary>
    [Field(2)]
    public byte[]? CaBundle { get; set; }
}

/// <summary>A service of the cluster.</summary>
[ApiType]
public sealed partial class ServiceReference
{
    /// <summary>Namespace of the service.</summary>
    [Field(1), Required]
    public string Namespace { get; set; } = "";

    /// <summary>Name of the service.</summary>
    [Field(2), Required]
    public string Name { get; set; } = "";

    /// <summary>Path of the URL.</summary>
    [Field(3)]
    public string? Path { get; set; }

    /// <summary>Port of the service.</summary>
    [Field(4), Default(443)]
    public int? Port { get; set; }
}
