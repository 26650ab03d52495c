using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Certificates.V1;

/// <summary>Asks a signer for a certificate.</summary>
[ApiKind("certificates.k8s.io", "v1", Resource = "certificatesigningrequests", Namespaced = false, ShortNames = ["csr"])]
public sealed partial class CertificateSigningRequest : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>The request.</summary>
    [Field(2), Required]
    public CertificateSigningRequestSpec Spec { get; set; } = new();

    /// <summary>What became of it.</summary>
    [Field(3)]
    public CertificateSigningRequestStatus Status { get; set; } = new();
}

/// <summary>A certificate wanted; only the request, signer, lifetime and usages are the caller's.</summary>
[ApiType]
public sealed partial class CertificateSigningRequestSpec
{
    /// <summary>PKCS#10 request, PEM.</summary>
    [Field(1), Required]
    public byte[] Request { get; set; } = [];

    /// <summary>Signer that is asked, as domain/name.</summary>
    [Field(7), Required]
    public string SignerName { get; set; } = "";

    /// <summary>Lifetime wished for in seconds, at least 600; the signer may differ.</summary>
    [Field(8)]
    public int? ExpirationSeconds { get; set; }

    /// <summary>Key usages wanted.</summary>
    [Field(5), OneOf(typeof(KeyUsage)), Atomic]
    public List<string>? Usages { get; set; }

    /// <summary>Name of the caller, set by the server.</summary>
    [Field(2)]
    public string Username { get; set; } = "";

    /// <summary>Identity of the caller, set by the server.</summary>
    [Field(3)]
    public string Uid { get; set; } = "";

    /// <summary>Groups of the caller, set by the server.</summary>
    [Field(4), Atomic]
    public List<string>? Groups { get; set; }

    /// <summary>Further facts about the caller, set by the server.</summary>
    [Field(6)]
    public Dictionary<string, List<string>>? Extra { get; set; }
}

/// <summary>Key usages of a certificate.</summary>
public static class KeyUsage
{
    /// <summary>Signing.</summary>
    public const string Signing = "signing";

    /// <summary>Digital signature.</summary>
    public const string DigitalSignature = "digital signature";

    /// <summary>Content commitment.</summary>
    public const string ContentCommitment = "content commitment";

    /// <summary>Key encipherment.</summary>
    public const string KeyEncipherment = "key encipherment";

    /// <summary>Key agreement.</summary>
    public const string KeyAgreement = "key agreement";

    /// <summary>Data encipherment.</summary>
    public const string DataEncipherment = "data encipherment";

    /// <summary>Signing certificates.</summary>
    public const string CertSign = "cert sign";

    /// <summary>Signing revocation lists.</summary>
    public const string CrlSign = "crl sign";

    /// <summary>Encipherment only, in key agreement.</summary>
    public const string EncipherOnly = "encipher only";

    /// <summary>Decipherment only, in key agreement.</summary>
    public const string DecipherOnly = "decipher only";

    /// <summary>Any extended usage.</summary>
    public const string Any = "any";

    /// <summary>TLS server.</summary>
    public const string ServerAuth = "server auth";

    /// <summary>TLS client.</summary>
    public const string ClientAuth = "client auth";

    /// <summary>Signing code.</summary>
    public const string CodeSigning = "code signing";

    /// <summary>Protecting mail.</summary>
    public const string EmailProtection = "email protection";

    /// <summary>S/MIME.</summary>
    public const string SMime = "s/mime";

    /// <summary>IPsec end system.</summary>
    public const string IpsecEndSystem = "ipsec end system";

    /// <summary>IPsec tunnel.</summary>
    public const string IpsecTunnel = "ipsec tunnel";

    /// <summary>IPsec user.</summary>
    public const string IpsecUser = "ipsec user";

    /// <summary>Time stamping.</summary>
    public const string Timestamping = "timestamping";

    /// <summary>Signing OCSP answers.</summary>
    public const string OcspSigning = "ocsp signing";

    /// <summary>Microsoft server gated crypto.</summary>
    public const string MicrosoftSgc = "microsoft sgc";

    /// <summary>Netscape server gated crypto.</summary>
    public const string NetscapeSgc = "netscape sgc";
}

/// <summary>Signers that Kubernetes defines.</summary>
public static class SignerNames
{
    /// <summary>Client certificates for the API server; approved by hand.</summary>
    public const string KubeApiServerClient = "kubernetes.io/kube-apiserver-client";

    /// <summary>Client certificates of kubelets.</summary>
    public const string KubeApiServerClientKubelet = "kubernetes.io/kube-apiserver-client-kubelet";

    /// <summary>Serving certificates of kubelets.</summary>
    public const string KubeletServing = "kubernetes.io/kubelet-serving";

    /// <summary>Certificates of older clients; not served in this version.</summary>
    public const string LegacyUnknown = "kubernetes.io/legacy-unknown";
}

/// <summary>What became of a request.</summary>
[ApiType]
public sealed partial class CertificateSigningRequestStatus
{
    /// <summary>Whether it was approved, denied or failed.</summary>
    [Field(1), ListMap("type")]
    public List<CertificateSigningRequestCondition>? Conditions { get; set; }

    /// <summary>The chain, PEM, once it is signed.</summary>
    [Field(2)]
    public byte[]? Certificate { get; set; }
}

/// <summary>A decision on a request.</summary>
[ApiType]
public sealed partial class CertificateSigningRequestCondition
{
    /// <summary>Aspect the condition speaks of.</summary>
    [Field(1), Required]
    public string Type { get; set; } = "";

    /// <summary>Whether the aspect holds.</summary>
    [Field(6), Required]
    public string Status { get; set; } = "";

    /// <summary>Machine-readable cause of the last change.</summary>
    [Field(2)]
    public string Reason { get; set; } = "";

    /// <summary>Explanation for people.</summary>
    [Field(3)]
    public string Message { get; set; } = "";

    /// <summary>When the condition was last updated.</summary>
    [Field(4), NullWhenUnset]
    public DateTimeOffset? LastUpdateTime { get; set; }

    /// <summary>When the status last changed.</summary>
    [Field(5), NullWhenUnset]
    public DateTimeOffset? LastTransitionTime { get; set; }
}

/// <summary>Decisions on a request.</summary>
public static class RequestConditionType
{
    /// <summary>It may be signed.</summary>
    public const string Approved = "Approved";

    /// <summary>It may not be signed, for good.</summary>
    public const string Denied = "Denied";

    /// <summary>The signer could not sign it.</summary>
    public const string Failed = "Failed";
}
