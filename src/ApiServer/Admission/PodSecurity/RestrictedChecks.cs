using Tiphys.Api.Core.V1;
using static Tiphys.ApiServer.Wording;

namespace Tiphys.ApiServer;

/// <summary>The checks that the restricted standard adds: pods must say that they want as little as possible.</summary>
internal static class RestrictedChecks
{
    /// <summary>What a pod breaks, as the standard was in version 1.<paramref name="minor"/>.</summary>
    public static IEnumerable<Violation> Run(PodView pod, int minor)
    {
        IEnumerable<Violation?> all =
        [
            minor >= 8 && !(minor >= 25 && pod.IsWindows) ? PrivilegeEscalation(pod) : null,
            minor >= 22 && !(minor >= 25 && pod.IsWindows) ? Capabilities(pod) : null,
            Volumes(pod),
            minor >= 35 && pod.HasUserNamespace ? null : NonRoot(pod),
            minor >= 23 && !(minor >= 35 && pod.HasUserNamespace) ? User(pod) : null,
            minor >= 19 && !(minor >= 25 && pod.IsWindows) ? Seccomp(pod) : null,
        ];
        return all.OfType<Violation>();
    }

    private static Violation? PrivilegeEscalation(PodView pod)
    {
        var containers = pod.Where(static c => c.Security?.AllowPrivilegeEscalation != false);
        return containers.Count == 0 ? null : new("allowPrivilegeEscalation != false", $"{Containers(containers)} must set securityContext.allowPrivilegeEscalation=false");
    }

    private static Violation? Capabilities(PodView pod)
    {
        const string allowed = "NET_BIND_SERVICE";
        var details = new List<string>();
        var undropped = pod.Where(static c => c.Security?.Capabilities?.Drop?.Contains("ALL") != true);
        if (undropped.Count > 0) details.Add($"{Containers(undropped)} must set securityContext.capabilities.drop=[\"ALL\"]");
        var adding = pod.Where(static c => c.Security?.Capabilities?.Add?.Any(static a => a != allowed) == true);
        if (adding.Count > 0)
        {
            var bad = Sorted(pod.Containers.SelectMany(static c => c.Security?.Capabilities?.Add ?? []).Where(static a => a != allowed));
            details.Add($"{Containers(adding)} must not include {Quoted(bad)} in securityContext.capabilities.add");
        }

        return details.Count == 0 ? null : new("unrestricted capabilities", string.Join("; ", details));
    }

    private static Violation? Volumes(PodView pod)
    {
        var bad = (pod.Spec.Volumes ?? []).Select(static v => (v.Name, Type: RestrictedType(v))).Where(static v => v.Type is not null).ToList();
        if (bad.Count == 0) return null;
        var types = Sorted(bad.Select(static v => v.Type!)).ToList();
        return new(
            "restricted volume types",
            $"{Plural("volume", "volumes", bad.Count)} {Quoted(bad.Select(static v => v.Name))} {Plural("uses", "use", bad.Count)} {Plural("restricted volume type", "restricted volume types", types.Count)} {Quoted(types)}");
    }

    /// <summary>Null for the types that are allowed.</summary>
    private static string? RestrictedType(Volume v) => v switch
    {
        { ConfigMap: not null } or { Csi: not null } or { DownwardAPI: not null } or { EmptyDir: not null } or { Ephemeral: not null } or { Image: not null }
            or { PersistentVolumeClaim: not null } or { Projected: not null } or { Secret: not null } => null,
        { HostPath: not null } => "hostPath",
        { GcePersistentDisk: not null } => "gcePersistentDisk",
        { AwsElasticBlockStore: not null } => "awsElasticBlockStore",
        { GitRepo: not null } => "gitRepo",
        { Nfs: not null } => "nfs",
        { Iscsi: not null } => "iscsi",
        { Glusterfs: not null } => "glusterfs",
        { Rbd: not null } => "rbd",
        { FlexVolume: not null } => "flexVolume",
        { Cinder: not null } => "cinder",
        { Cephfs: not null } => "cephfs",
        { Flocker: not null } => "flocker",
        { Fc: not null } => "fc",
        { AzureFile: not null } => "azureFile",
        { VsphereVolume: not null } => "vsphereVolume",
        { Quobyte: not null } => "quobyte",
        { AzureDisk: not null } => "azureDisk",
        { PhotonPersistentDisk: not null } => "photonPersistentDisk",
        { PortworxVolume: not null } => "portworxVolume",
        { ScaleIO: not null } => "scaleIO",
        { Storageos: not null } => "storageos",
        _ => "unknown",
    };

    private static Violation? NonRoot(PodView pod)
    {
        const string reason = "runAsNonRoot != true";
        var setters = Setters(pod.Security?.RunAsNonRoot == false, pod.Where(static c => c.Security?.RunAsNonRoot == false));
        if (setters is not null) return new(reason, $"{setters} must not set securityContext.runAsNonRoot=false");
        if (pod.Security?.RunAsNonRoot == true) return null;
        var silent = pod.Where(static c => c.Security?.RunAsNonRoot is null);
        return silent.Count == 0 ? null : new(reason, $"pod or {Containers(silent)} must set securityContext.runAsNonRoot=true");
    }

    private static Violation? User(PodView pod)
    {
        var setters = Setters(pod.Security?.RunAsUser == 0, pod.Where(static c => c.Security?.RunAsUser == 0));
        return setters is null ? null : new("runAsUser=0", $"{setters} must not set runAsUser=0");
    }

    private static Violation? Seccomp(PodView pod)
    {
        if (BaselineChecks.ForbiddenSeccomp(pod) is { } forbidden) return forbidden;
        if (pod.Security?.SeccompProfile is not null) return null;
        var silent = pod.Where(static c => c.Security?.SeccompProfile is null);
        return silent.Count == 0 ? null : new("seccompProfile", $"pod or {Containers(silent)} must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"");
    }
}
