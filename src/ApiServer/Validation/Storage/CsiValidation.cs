using System.Globalization;
using Tiphys.Api;
using Tiphys.Api.Storage.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of CSI drivers.</summary>
internal static class CsiDriverValidation
{
    private const int LeastUpdateSeconds = 10;
    private static readonly FieldPath Spec = FieldPath.Of("spec");
    private static readonly string[] s_groupPolicies = ["File", "None", "ReadWriteOnceWithFSType"];
    private static readonly string[] s_lifecycles = ["Persistent", "Ephemeral"];

    public static KindRules<CSIDriver> Rules { get; } = new(static (item, errors) => Validate(item.Spec, errors))
    {
        ValidateChange = static (item, old, errors) =>
        {
            FieldRules.Unchanged(item.Spec.AttachRequired, old.Spec.AttachRequired, Spec["attachedRequired"], errors);
            if (!(item.Spec.VolumeLifecycleModes ?? []).SequenceEqual(old.Spec.VolumeLifecycleModes ?? [])) errors.Invalid(Spec["volumeLifecycleModes"], item.Spec.VolumeLifecycleModes, FieldRules.Immutable);
        },
    };

    private static void Validate(CSIDriverSpec spec, FieldErrors errors)
    {
        if (spec.AttachRequired is null) errors.Required(Spec["attachedRequired"]);
        if (spec.PodInfoOnMount is null) errors.Required(Spec["podInfoOnMount"]);
        if (spec.StorageCapacity is null) errors.Required(Spec["storageCapacity"]);
        FieldRules.Supported(spec.FsGroupPolicy, s_groupPolicies, Spec["fsGroupPolicy"], errors);
        var audiences = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < (spec.TokenRequests?.Count ?? 0); i++)
        {
            var (request, path) = (spec.TokenRequests![i], Spec["tokenRequests"][i]);
            if (audiences.Add(request.Audience)) VolumeValidation.TokenSeconds(request.ExpirationSeconds, path["expirationSeconds"], errors);
            else errors.Duplicate(path["audience"], request.Audience);
        }

        foreach (var mode in spec.VolumeLifecycleModes ?? []) FieldRules.Supported(mode, s_lifecycles, Spec["volumeLifecycleModes"], errors);
        if (spec.SeLinuxMount is null) errors.Required(Spec["seLinuxMount"]);
        if (spec.NodeAllocatableUpdatePeriodSeconds < LeastUpdateSeconds)
            errors.Invalid(Spec["nodeAllocatableUpdatePeriodSeconds"], spec.NodeAllocatableUpdatePeriodSeconds, $"must be greater than or equal to {LeastUpdateSeconds} seconds");
        if (spec.ServiceAccountTokenInSecrets is { } inSecrets && spec.TokenRequests is not { Count: > 0 })
            errors.Invalid(Spec["serviceAccountTokenInSecrets"], inSecrets, "serviceAccountTokenInSecrets is set but no tokenRequests are specified");
    }
}

/// <summary>The rules of what CSI drivers tell of nodes.</summary>
internal static class CsiNodeValidation
{
    private const int MostNodeId = 256;
    private static readonly FieldPath Drivers = FieldPath.Of("spec")["drivers"];

    public static KindRules<CSINode> Rules { get; } = new(static (item, errors) =>
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < item.Spec.Drivers.Count; i++)
        {
            var (driver, path) = (item.Spec.Drivers[i], Drivers[i]);
            RemoteVolumes.DriverName(driver.Name, path["name"], errors);
            if (driver.NodeID.Length == 0) errors.Required(path["nodeID"]);
            if (driver.NodeID.Length > MostNodeId) errors.Invalid(path["nodeID"], driver.NodeID, string.Create(CultureInfo.InvariantCulture, $"must be {MostNodeId} characters or less"));
            FieldRules.NotNegative(driver.Allocatable?.Count, path["allocatable"]["count"], errors);
            if (!names.Add(driver.Name)) errors.Duplicate(path["name"], driver.Name);
            var keys = new HashSet<string>(StringComparer.Ordinal);
            foreach (var key in driver.TopologyKeys ?? [])
            {
                if (key.Length == 0) errors.Required(path);
                if (!keys.Add(key)) errors.Duplicate(path, key);
                errors.Invalid(path, key, LabelSyntax.KeyErrors(key));
            }
        }
    })
    {
        ValidateChange = static (item, old, errors) =>
        {
            foreach (var before in old.Spec.Drivers)
            {
                if (item.Spec.Drivers.Find(d => d.Name == before.Name) is { } now && !ApiJson.Same(Fixed(now), Fixed(before))) errors.Invalid(Drivers, Fixed(now), FieldRules.Immutable);
            }
        },
    };

    private static CSINodeDriver Fixed(CSINodeDriver driver)
    {
        var copy = driver.DeepCopy();
        copy.Allocatable = null;
        return copy;
    }
}

/// <summary>The rules of how much room CSI drivers have.</summary>
internal static class CsiStorageCapacityValidation
{
    public static KindRules<CSIStorageCapacity> Rules { get; } = new(static (item, errors) =>
    {
        SelectorValidation.Validate(item.NodeTopology, FieldPath.Of("nodeTopology"), errors);
        errors.Invalid(FieldPath.Of("storageClassName"), item.StorageClassName, Names.SubdomainErrors(item.StorageClassName));
        if (item.Capacity is { } capacity) ResourceValidation.NotNegative(capacity, FieldPath.Of("capacity"), errors);
    })
    {
        ValidateChange = static (item, old, errors) =>
        {
            FieldRules.Unchanged(item.NodeTopology, old.NodeTopology, FieldPath.Of("nodeTopology"), errors);
            FieldRules.Unchanged(item.StorageClassName, old.StorageClassName, FieldPath.Of("storageClassName"), errors);
        },
    };
}
