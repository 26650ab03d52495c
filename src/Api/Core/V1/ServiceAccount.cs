using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Core.V1;

/// <summary>An identity for the processes in pods.</summary>
[ApiKind("", "v1", Resource = "serviceaccounts", ShortNames = ["sa"])]
public sealed partial class ServiceAccount : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Secrets that pods of the account may use, where that is enforced.</summary>
    [Field(2), ListMap("name"), PatchMerge("name")]
    public List<ObjectReference>? Secrets { get; set; }

    /// <summary>Registry credentials given to pods of the account.</summary>
    [Field(3), Atomic]
    public List<LocalObjectReference>? ImagePullSecrets { get; set; }

    /// <summary>Whether pods of the account get a token mounted, unless they say themselves.</summary>
    [Field(4)]
    public bool? AutomountServiceAccountToken { get; set; }
}
