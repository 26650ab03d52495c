using Tiphys.Api.Meta.V1;

namespace Tiphys.Api.Networking.V1;

/// <summary>An address that is taken from the service networks; named after the address.</summary>
[ApiKind("networking.k8s.io", "v1", Resource = "ipaddresses", Namespaced = false, ShortNames = ["ip"])]
public sealed partial class IPAddress : IKubernetesObject
{
    /// <summary>Standard object metadata.</summary>
    [Field(1)]
    public ObjectMeta Metadata { get; set; } = new();

    /// <summary>What takes it.</summary>
    [Field(2), Required]
    public IPAddressSpec Spec { get; set; } = new();
}

/// <summary>What takes an address.</summary>
[ApiType]
public sealed partial class IPAddressSpec
{
    /// <summary>The object that has the address.</summary>
    [Field(1), Required(OmitEmpty = true)]
    public ParentReference? ParentRef { get; set; }
}

/// <summary>Points to the object that has an address.</summary>
[ApiType]
public sealed partial class ParentReference
{
    /// <summary>API group of the object.</summary>
    [Field(1)]
    public string Group { get; set; } = "";

    /// <summary>Resource of the object.</summary>
    [Field(2), Required(OmitEmpty = true)]
    public string Resource { get; set; } = "";

    /// <summary>Namespace of the object.</summary>
    [Field(3)]
    public string Namespace { get; set; } = "";

    /// <summary>Name of the object.</summary>
    [Field(4), Required(OmitEmpty = true)]
    public string Name { get; set; } = "";
}

/// <summary>Labels of addresses.</summary>
public static class IPAddressLabels
{
    /// <summary>Who manages the address.</summary>
    public const string ManagedBy = "ipaddress.kubernetes.io/managed-by";

    /// <summary>Family of the address: IPv4 or IPv6.</summary>
    public const string IPFamily = "ipaddress.kubernetes.io/ip-family";
}
