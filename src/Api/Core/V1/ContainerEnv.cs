namespace Tiphys.Api.Core.V1;

/// <summary>An environment variable.</summary>
[ApiType]
public sealed partial class EnvVar
{
    /// <summary>Name of the variable.</summary>
    [Field(1), Required]
    public string Name { get; set; } = "";

    /// <summary>Value; $(VAR) refers to variables before it and to services, $$ escapes.</summary>
    [Field(2)]
    public string Value { get; set; } = "";

    /// <summary>Source of the value, in place of the value itself.</summary>
    [Field(3)]
    public EnvVarSource? ValueFrom { get; set; }
}

/// <summary>Where the value of a variable comes from; exactly one is set.</summary>
[ApiType]
public sealed partial class EnvVarSource
{
    /// <summary>A field of the pod.</summary>
    [Field(1)]
    public ObjectFieldSelector? FieldRef { get; set; }

    /// <summary>A resource request or limit of a container.</summary>
    [Field(2)]
    public ResourceFieldSelector? ResourceFieldRef { get; set; }

    /// <summary>A key of a config map.</summary>
    [Field(3)]
    public ConfigMapKeySelector? ConfigMapKeyRef { get; set; }

    /// <summary>A key of a secret.</summary>
    [Field(4)]
    public SecretKeySelector? SecretKeyRef { get; set; }

    /// <summary>A key of an env file in a volume.</summary>
    [Field(5)]
    public FileKeySelector? FileKeyRef { get; set; }
}

/// <summary>A key of an env file that an init container wrote.</summary>
[ApiType]
[Atomic]
public sealed partial class FileKeySelector
{
    /// <summary>Name of the volume that holds the file; it must be an emptyDir.</summary>
    [Field(1), Required]
    public string VolumeName { get; set; } = "";

    /// <summary>Path of the file within the volume.</summary>
    [Field(2), Required]
    public string Path { get; set; } = "";

    /// <summary>Key within the file.</summary>
    [Field(3), Required]
    public string Key { get; set; } = "";

    /// <summary>Whether file and key may be missing.</summary>
    [Field(4), Default(false, Published = true)]
    public bool? Optional { get; set; }
}

/// <summary>A field of an object.</summary>
[ApiType]
[Atomic]
public sealed partial class ObjectFieldSelector
{
    /// <summary>API version in which the path is written.</summary>
    [Field(1), Default("v1")]
    public string ApiVersion { get; set; } = "";

    /// <summary>Path of the field, such as metadata.name.</summary>
    [Field(2), Required]
    public string FieldPath { get; set; } = "";
}

/// <summary>A request or limit of a container.</summary>
[ApiType]
[Atomic]
public sealed partial class ResourceFieldSelector
{
    /// <summary>Name of the container; must be given in volumes.</summary>
    [Field(1)]
    public string ContainerName { get; set; } = "";

    /// <summary>Name of the value, such as limits.cpu.</summary>
    [Field(2), Required]
    public string Resource { get; set; } = "";

    /// <summary>Unit the value is expressed in; 1 when zero.</summary>
    [Field(3)]
    public Quantity Divisor { get; set; }
}

/// <summary>A key of a config map.</summary>
[ApiType]
[EmbedsBase(1)]
[Atomic]
public sealed partial class ConfigMapKeySelector : LocalObjectReference
{
    /// <summary>Key to take.</summary>
    [Field(2), Required]
    public string Key { get; set; } = "";

    /// <summary>Whether config map and key may be missing.</summary>
    [Field(3)]
    public bool? Optional { get; set; }
}

/// <summary>A key of a secret.</summary>
[ApiType]
[EmbedsBase(1)]
[Atomic]
public sealed partial class SecretKeySelector : LocalObjectReference
{
    /// <summary>Key to take.</summary>
    [Field(2), Required]
    public string Key { get; set; } = "";

    /// <summary>Whether secret and key may be missing.</summary>
    [Field(3)]
    public bool? Optional { get; set; }
}

/// <summary>A source of many variables.</summary>
[ApiType]
public sealed partial class EnvFromSource
{
    /// <summary>Put before each key.</summary>
    [Field(1)]
    public string Prefix { get; set; } = "";

    /// <summary>A config map.</summary>
    [Field(2)]
    public ConfigMapEnvSource? ConfigMapRef { get; set; }

    /// <summary>A secret.</summary>
    [Field(3)]
    public SecretEnvSource? SecretRef { get; set; }
}

/// <summary>A config map whose keys become variables.</summary>
[ApiType]
[EmbedsBase(1)]
public sealed partial class ConfigMapEnvSource : LocalObjectReference
{
    /// <summary>Whether the config map may be missing.</summary>
    [Field(2)]
    public bool? Optional { get; set; }
}

/// <summary>A secret whose keys become variables.</summary>
[ApiType]
[EmbedsBase(1)]
public sealed partial class SecretEnvSource : LocalObjectReference
{
    /// <summary>Whether the secret may be missing.</summary>
    [Field(2)]
    public bool? Optional { get; set; }
}
