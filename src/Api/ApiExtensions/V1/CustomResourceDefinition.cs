using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.ApiExtensions.V1;

/// <summary>Adds a resource to the API; named resource.group.</summary>
[ApiKind("apiextensions.k8s.io", "v1", Resource = "customresourcedefinitions", Namespaced = false, ShortNames = ["crd", "crds"], Categories = ["api-extensions"])]
public sealed partial class CustomResourceDefinition : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>What the resource is.</summary>
    [Field(2), Required]
    public CustomResourceDefinitionSpec Spec { get; set; } = new();

    /// <summary>Whether it is served.</summary>
    [Field(3)]
    public CustomResourceDefinitionStatus Status { get; set; } = new();
}

/// <summary>What a custom resource is.</summary>
[ApiType]
public sealed partial class CustomResourceDefinitionSpec
{
    /// <summary>API group.</summary>
    [Field(1), Required]
    public string Group { get; set; } = "";

    /// <summary>Names of resource and kind.</summary>
    [Field(3), Required]
    public CustomResourceDefinitionNames Names { get; set; } = new();

    /// <summary>Whether objects live in namespaces.</summary>
    [Field(4), Required]
    public string Scope { get; set; } = "";

    /// <summary>Versions, of which one is stored.</summary>
    [Field(7), Required, Atomic]
    public List<CustomResourceDefinitionVersion> Versions { get; set; } = [];

    /// <summary>How objects are converted between versions.</summary>
    [Field(9)]
    public CustomResourceConversion? Conversion { get; set; }

    /// <summary>True keeps fields that no schema names; deprecated, must be false.</summary>
    [Field(10)]
    public bool PreserveUnknownFields { get; set; }
}

/// <summary>Whether objects of a resource live in namespaces.</summary>
public static class ResourceScope
{
    /// <summary>They do not.</summary>
    public const string Cluster = "Cluster";

    /// <summary>They do.</summary>
    public const string Namespaced = "Namespaced";
}

/// <summary>Names of a custom resource and its kind.</summary>
[ApiType]
public sealed partial class CustomResourceDefinitionNames
{
    /// <summary>Plural name, as in URLs.</summary>
    [Field(1), Required]
    public string Plural { get; set; } = "";

    /// <summary>Singular name; the kind in lower case when empty.</summary>
    [Field(2)]
    public string Singular { get; set; } = "";

    /// <summary>Short names for command lines.</summary>
    [Field(3), Atomic]
    public List<string>? ShortNames { get; set; }

    /// <summary>Name of the kind.</summary>
    [Field(4), Required]
    public string Kind { get; set; } = "";

    /// <summary>Name of the list kind; the kind with List appended when empty.</summary>
    [Field(5)]
    public string ListKind { get; set; } = "";

    /// <summary>Categories the resource belongs to, such as all.</summary>
    [Field(6), Atomic]
    public List<string>? Categories { get; set; }
}

/// <summary>A version of a custom resource.</summary>
[ApiType]
public sealed partial class CustomResourceDefinitionVersion
{
    /// <summary>Name of the version.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>It is served.</summary>
    [Field(2), Required]
    public bool Served { get; set; }

    /// <summary>Objects are stored in it; true for exactly one.</summary>
    [Field(3), Required]
    public bool Storage { get; set; }

    /// <summary>Its use is answered with a warning.</summary>
    [Field(7)]
    public bool Deprecated { get; set; }

    /// <summary>What the warning says.</summary>
    [Field(8)]
    public string? DeprecationWarning { get; set; }

    /// <summary>What objects look like.</summary>
    [Field(4)]
    public CustomResourceValidation? Schema { get; set; }

    /// <summary>Subresources.</summary>
    [Field(5)]
    public CustomResourceSubresources? Subresources { get; set; }

    /// <summary>Columns of its tables; the age when empty.</summary>
    [Field(6), Atomic]
    public List<CustomResourceColumnDefinition>? AdditionalPrinterColumns { get; set; }

    /// <summary>Fields that selectors may name, at most 8.</summary>
    [Field(9), Atomic]
    public List<SelectableField>? SelectableFields { get; set; }
}

/// <summary>What objects look like.</summary>
[ApiType]
public sealed partial class CustomResourceValidation
{
    /// <summary>Schema of the objects.</summary>
    [Field(1)]
    public JSONSchemaProps? OpenAPIV3Schema { get; set; }
}

/// <summary>Subresources of a custom resource.</summary>
[ApiType]
public sealed partial class CustomResourceSubresources
{
    /// <summary>The status, kept apart from the rest.</summary>
    [Field(1)]
    public CustomResourceSubresourceStatus? Status { get; set; }

    /// <summary>The scale.</summary>
    [Field(2)]
    public CustomResourceSubresourceScale? Scale { get; set; }
}

/// <summary>Turns the status subresource on; it has no settings.</summary>
[ApiType]
public sealed partial class CustomResourceSubresourceStatus
{
}

/// <summary>Where the scale is found in objects.</summary>
[ApiType]
public sealed partial class CustomResourceSubresourceScale
{
    /// <summary>JSON path of the number wanted, below .spec.</summary>
    [Field(1), Required]
    public string SpecReplicasPath { get; set; } = "";

    /// <summary>JSON path of the number there is, below .status.</summary>
    [Field(2), Required]
    public string StatusReplicasPath { get; set; } = "";

    /// <summary>JSON path of the label selector as text, below .status or .spec.</summary>
    [Field(3)]
    public string? LabelSelectorPath { get; set; }
}

/// <summary>A column of a custom resource's tables.</summary>
[ApiType]
public sealed partial class CustomResourceColumnDefinition
{
    /// <summary>Heading of the column.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>OpenAPI type of the cells.</summary>
    [Field(2), Required]
    public string Type { get; set; } = "";

    /// <summary>OpenAPI format of the cells.</summary>
    [Field(3)]
    public string Format { get; set; } = "";

    /// <summary>What the column shows.</summary>
    [Field(4)]
    public string Description { get; set; } = "";

    /// <summary>Zero for columns always shown; the higher, the sooner it is left out.</summary>
    [Field(5)]
    public int Priority { get; set; }

    /// <summary>JSON path of the value.</summary>
    [Field(6), Required]
    public string JsonPath { get; set; } = "";
}

/// <summary>A field that selectors may name.</summary>
[ApiType]
public sealed partial class SelectableField
{
    /// <summary>JSON path of a string, number or boolean.</summary>
    [Field(1), Required]
    public string JsonPath { get; set; } = "";
}

/// <summary>How objects are converted between versions.</summary>
[ApiType]
public sealed partial class CustomResourceConversion
{
    /// <summary>Not at all or by a webhook.</summary>
    [Field(1), Required]
    public string Strategy { get; set; } = "";

    /// <summary>The webhook.</summary>
    [Field(2)]
    public WebhookConversion? Webhook { get; set; }
}

/// <summary>How objects are converted between versions.</summary>
public static class ConversionStrategyType
{
    /// <summary>Only the version is changed.</summary>
    public const string None = "None";

    /// <summary>By a webhook.</summary>
    public const string Webhook = "Webhook";
}

/// <summary>A webhook that converts.</summary>
[ApiType]
public sealed partial class WebhookConversion
{
    /// <summary>Where it is.</summary>
    [Field(2)]
    public WebhookClientConfig? ClientConfig { get; set; }

    /// <summary>Versions of ConversionReview it understands, in order of preference.</summary>
    [Field(3), Required, Atomic]
    public List<string> ConversionReviewVersions { get; set; } = [];
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

/// <summary>Whether a custom resource is served.</summary>
[ApiType]
public sealed partial class CustomResourceDefinitionStatus
{
    /// <summary>Aspects of the state.</summary>
    [Field(1), Required, ListMap("type")]
    public List<CustomResourceDefinitionCondition> Conditions { get; set; } = [];

    /// <summary>Names that are in use.</summary>
    [Field(2), Required]
    public CustomResourceDefinitionNames AcceptedNames { get; set; } = new();

    /// <summary>Versions in which objects were ever stored.</summary>
    [Field(3), Required, Atomic]
    public List<string> StoredVersions { get; set; } = [];

    /// <summary>Generation the status was computed from.</summary>
    [Field(4)]
    public long ObservedGeneration { get; set; }
}

/// <summary>One aspect of a definition's state.</summary>
[ApiType]
public sealed partial class CustomResourceDefinitionCondition
{
    /// <summary>Aspect the condition speaks of.</summary>
    [Field(1), Required]
    public string Type { get; set; } = "";

    /// <summary>Whether the aspect holds.</summary>
    [Field(2), Required]
    public string Status { get; set; } = "";

    /// <summary>When the status last changed.</summary>
    [Field(3), NullWhenUnset]
    public DateTimeOffset? LastTransitionTime { get; set; }

    /// <summary>Machine-readable cause of the last change.</summary>
    [Field(4)]
    public string Reason { get; set; } = "";

    /// <summary>Explanation for people.</summary>
    [Field(5)]
    public string Message { get; set; } = "";

    /// <summary>Generation the condition was computed from.</summary>
    [Field(6)]
    public long ObservedGeneration { get; set; }
}

/// <summary>Conditions of a definition.</summary>
public static class CustomResourceDefinitionConditionType
{
    /// <summary>It is served.</summary>
    public const string Established = "Established";

    /// <summary>Its names clash with no others.</summary>
    public const string NamesAccepted = "NamesAccepted";

    /// <summary>A schema is not structural.</summary>
    public const string NonStructuralSchema = "NonStructuralSchema";

    /// <summary>It is being deleted, with its objects.</summary>
    public const string Terminating = "Terminating";

    /// <summary>It may use a group of the Kubernetes community.</summary>
    public const string KubernetesAPIApprovalPolicyConformant = "KubernetesAPIApprovalPolicyConformant";

    /// <summary>Its objects are being stored anew.</summary>
    public const string StorageMigrating = "StorageMigrating";
}

/// <summary>Annotations and finalizers of definitions.</summary>
public static class CustomResourceConstants
{
    /// <summary>Annotation: approval for a group of the Kubernetes community.</summary>
    public const string ApiApprovedAnnotation = "api-approved.kubernetes.io";

    /// <summary>Finalizer: objects are deleted before their definition.</summary>
    public const string CleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io";
}
