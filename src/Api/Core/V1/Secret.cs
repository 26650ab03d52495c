using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Core.V1;

/// <summary>Confidential data as keys and values, at most 1 MiB.</summary>
[ApiKind("", "v1", Resource = "secrets")]
public sealed partial class Secret : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>Once true, data can no longer change.</summary>
    [Field(5)]
    public bool? Immutable { get; set; }

    /// <summary>Bytes by key.</summary>
    [Field(2)]
    public Dictionary<string, byte[]>? Data { get; set; }

    /// <summary>Text by key, written into data; never returned.</summary>
    [Field(4)]
    public Dictionary<string, string>? StringData { get; set; }

    /// <summary>What the secret is for, which decides the keys it needs.</summary>
    [Field(3), Default(SecretType.Opaque)]
    public string Type { get; set; } = "";
}

/// <summary>What secrets are for.</summary>
public static class SecretType
{
    /// <summary>Anything.</summary>
    public const string Opaque = "Opaque";

    /// <summary>Token of the service account that an annotation names.</summary>
    public const string ServiceAccountToken = "kubernetes.io/service-account-token";

    /// <summary>Registry credentials, in the old form.</summary>
    public const string Dockercfg = "kubernetes.io/dockercfg";

    /// <summary>Registry credentials.</summary>
    public const string DockerConfigJson = "kubernetes.io/dockerconfigjson";

    /// <summary>User name and password.</summary>
    public const string BasicAuth = "kubernetes.io/basic-auth";

    /// <summary>SSH key.</summary>
    public const string SshAuth = "kubernetes.io/ssh-auth";

    /// <summary>Certificate and key.</summary>
    public const string Tls = "kubernetes.io/tls";

    /// <summary>Token for joining nodes.</summary>
    public const string BootstrapToken = "bootstrap.kubernetes.io/token";
}

/// <summary>Keys that secrets of certain types have.</summary>
public static class SecretKeys
{
    /// <summary>Token.</summary>
    public const string ServiceAccountToken = "token";

    /// <summary>Kubeconfig.</summary>
    public const string ServiceAccountKubeconfig = "kubernetes.kubeconfig";

    /// <summary>Certificate authority of the API server.</summary>
    public const string ServiceAccountRootCA = "ca.crt";

    /// <summary>Namespace of the service account.</summary>
    public const string ServiceAccountNamespace = "namespace";

    /// <summary>Registry credentials, in the old form.</summary>
    public const string DockerConfig = ".dockercfg";

    /// <summary>Registry credentials.</summary>
    public const string DockerConfigJson = ".dockerconfigjson";

    /// <summary>User name.</summary>
    public const string BasicAuthUsername = "username";

    /// <summary>Password.</summary>
    public const string BasicAuthPassword = "password";

    /// <summary>SSH private key.</summary>
    public const string SshPrivateKey = "ssh-privatekey";

    /// <summary>Certificate.</summary>
    public const string TlsCertificate = "tls.crt";

    /// <summary>Private key.</summary>
    public const string TlsPrivateKey = "tls.key";
}
