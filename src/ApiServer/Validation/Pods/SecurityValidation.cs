using System.Text.RegularExpressions;
using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of security contexts, of pods and of containers.</summary>
internal static partial class SecurityValidation
{
    private const int MostSysctl = 253;
    private const int MostProfile = 4095;
    private const int MostGmsaSpec = 64 * 1024;
    private static readonly string[] s_profiles = ["Localhost", "RuntimeDefault", "Unconfined"];
    private static readonly string[] s_groupPolicies = ["Always", "OnRootMismatch"];
    private static readonly string[] s_supplementalPolicies = ["Merge", "Strict"];
    private static readonly string[] s_labelPolicies = ["MountOption", "Recursive"];
    private static readonly string[] s_procMounts = ["Default", "Unmasked"];

    public static void Pod(PodSpec spec, FieldPath path, FieldErrors errors)
    {
        var at = path["securityContext"];
        if (spec is { HostPID: true, ShareProcessNamespace: true })
            errors.Invalid(at["shareProcessNamespace"], true, "ShareProcessNamespace and HostPID cannot both be enabled");
        if (spec.SecurityContext is not { } context) return;
        FieldRules.Id(context.FsGroup, at["fsGroup"], errors);
        FieldRules.Id(context.RunAsUser, at["runAsUser"], errors);
        FieldRules.Id(context.RunAsGroup, at["runAsGroup"], errors);
        for (var i = 0; i < (context.SupplementalGroups?.Count ?? 0); i++) FieldRules.Id(context.SupplementalGroups![i], at["supplementalGroups"][i], errors);
        Sysctls(spec, context.Sysctls, at["sysctls"], errors);
        FieldRules.Supported(context.FsGroupChangePolicy, s_groupPolicies, at["fsGroupChangePolicy"], errors);
        Seccomp(context.SeccompProfile, at["seccompProfile"], errors);
        Windows(context.WindowsOptions, at["windowsOptions"], errors);
        AppArmor(context.AppArmorProfile, at["appArmorProfile"], errors);
        FieldRules.Supported(context.SupplementalGroupsPolicy, s_supplementalPolicies, at["supplementalGroupsPolicy"], errors);
        FieldRules.Supported(context.SeLinuxChangePolicy, s_labelPolicies, at["seLinuxChangePolicy"], errors);
    }

    public static void Container(SecurityContext? context, bool hostUsers, FieldPath path, FieldErrors errors)
    {
        if (context is null) return;
        FieldRules.Id(context.RunAsUser, path["runAsUser"], errors);
        FieldRules.Id(context.RunAsGroup, path["runAsGroup"], errors);
        FieldRules.Supported(context.ProcMount, s_procMounts, path["procMount"], errors);
        if (hostUsers && context.ProcMount == ProcMountType.Unmasked) errors.Invalid(path["procMount"], context.ProcMount, "`hostUsers` must be false to use `Unmasked`");
        Seccomp(context.SeccompProfile, path["seccompProfile"], errors);
        if (context.AllowPrivilegeEscalation == false)
        {
            if (context.Privileged == true) errors.Invalid(path, context, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
            if (context.Capabilities?.Add?.Contains("CAP_SYS_ADMIN") == true)
                errors.Invalid(path, context, "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN");
        }

        Windows(context.WindowsOptions, path["windowsOptions"], errors);
        AppArmor(context.AppArmorProfile, path["appArmorProfile"], errors);
    }

    private static void Sysctls(PodSpec spec, List<Sysctl>? sysctls, FieldPath path, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < (sysctls?.Count ?? 0); i++)
        {
            var name = sysctls![i].Name;
            var at = path[i]["name"];
            if (name.Length == 0) errors.Required(at);
            else if (name.Length > MostSysctl || !SysctlName().IsMatch(name)) errors.Invalid(at, name, $"must have at most {MostSysctl} characters and match regex {SysctlPattern}");
            else if (!names.Add(name.Replace('/', '.'))) errors.Duplicate(at, name);
            if (spec.HostNetwork && name.StartsWith("net.", StringComparison.Ordinal)) errors.Invalid(at, name, "may not be specified when 'hostNetwork' is true");
            if (spec.HostIPC && IsInterProcess(name)) errors.Invalid(at, name, "may not be specified when 'hostIPC' is true");
        }
    }

    private static bool IsInterProcess(string sysctl) =>
        sysctl.StartsWith("kernel.shm", StringComparison.Ordinal) || sysctl.StartsWith("kernel.msg", StringComparison.Ordinal)
        || sysctl.StartsWith("fs.mqueue.", StringComparison.Ordinal) || sysctl == "kernel.sem";

    private static void Seccomp(SeccompProfile? profile, FieldPath path, FieldErrors errors)
    {
        if (profile is null) return;
        if (profile.Type.Length == 0) errors.Required(path["type"], "type is required when seccompProfile is set");
        else FieldRules.Supported(profile.Type, s_profiles, path["type"], errors);
        if (profile.Type == SeccompProfileType.Localhost)
        {
            if (profile.LocalhostProfile is null) errors.Required(path["localhostProfile"], "must be set when seccomp type is Localhost");
            else FieldRules.RelativePath(profile.LocalhostProfile, path["localhostProfile"], errors);
        }
        else if (profile.LocalhostProfile is not null) errors.Invalid(path["localhostProfile"], profile, "can only be set when seccomp type is Localhost");
    }

    /// <summary>An AppArmor profile.</summary>
    public static void AppArmor(AppArmorProfile? profile, FieldPath path, FieldErrors errors)
    {
        if (profile is null) return;
        var at = path["localhostProfile"];
        switch (profile.Type)
        {
            case AppArmorProfileType.Localhost:
                var local = profile.LocalhostProfile?.Trim() ?? "";
                if (local.Length == 0) errors.Required(at, "must be set when AppArmor type is Localhost");
                else if (local != profile.LocalhostProfile) errors.Invalid(at, profile.LocalhostProfile, "must not be padded with whitespace");
                if (local.Length > MostProfile) errors.TooLong(at, MostProfile);
                break;
            case AppArmorProfileType.RuntimeDefault or AppArmorProfileType.Unconfined:
                if (profile.LocalhostProfile is not null) errors.Invalid(at, profile.LocalhostProfile, "can only be set when AppArmor type is Localhost");
                break;
            case "":
                errors.Required(path["type"], "type is required when appArmorProfile is set");
                break;
            default:
                errors.NotSupported(path["type"], profile.Type, s_profiles);
                break;
        }
    }

    private static void Windows(WindowsSecurityContextOptions? options, FieldPath path, FieldErrors errors)
    {
        if (options is null) return;
        if (options.GmsaCredentialSpecName is { } name) errors.Invalid(path["gmsaCredentialSpecName"], name, Names.SubdomainErrors(name));
        if (options.GmsaCredentialSpec is { } spec)
        {
            if (spec.Length == 0) errors.Invalid(path["gmsaCredentialSpec"], spec, "gmsaCredentialSpec cannot be an empty string");
            else if (spec.Length > MostGmsaSpec) errors.Invalid(path["gmsaCredentialSpec"], spec, $"gmsaCredentialSpec size must be under {MostGmsaSpec / 1024} KiB");
        }

        if (options.RunAsUserName is "") errors.Invalid(path["runAsUserName"], "", "runAsUserName cannot be an empty string");
    }

    private const string SysctlPattern = "^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$";

    [GeneratedRegex(SysctlPattern)]
    private static partial Regex SysctlName();
}
