using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>AppArmor profiles as they were given before there was a field for them.</summary>
internal static class AppArmorAnnotations
{
    private const string Prefix = "container.apparmor.security.beta.kubernetes.io/";
    private const string Local = "localhost/";

    /// <summary>What is said of an annotation without a field beside it.</summary>
    public const string Deprecated = "deprecated since v1.30; use the \"appArmorProfile\" field instead";

    /// <summary>The annotation of a container.</summary>
    public static string Key(string container) => Prefix + container;

    /// <summary>The field that says the same as an annotation; null when none does.</summary>
    public static AppArmorProfile? Profile(string annotation) => annotation switch
    {
        "unconfined" => new() { Type = AppArmorProfileType.Unconfined },
        "runtime/default" => new() { Type = AppArmorProfileType.RuntimeDefault },
        _ when annotation.StartsWith(Local, StringComparison.Ordinal) && annotation.Length > Local.Length =>
            new() { Type = AppArmorProfileType.Localhost, LocalhostProfile = annotation[Local.Length..] },
        _ => null,
    };

    /// <summary>Whether two profiles are the same one.</summary>
    public static bool Same(AppArmorProfile? left, AppArmorProfile? right) => left is null ? right is null : right is not null && ApiJson.Same(left, right);

    /// <summary>Gives the containers of a new pod the fields that its annotations stand for, and warns of them.</summary>
    public static void Take(Pod pod, Action<string> warn)
    {
        if (pod.Metadata.Annotations is not { Count: > 0 } annotations || pod.Spec.Os?.Name == OSName.Windows) return;
        foreach (var container in (pod.Spec.InitContainers ?? []).Concat(pod.Spec.Containers))
        {
            if (container.SecurityContext?.AppArmorProfile is not null || !annotations.TryGetValue(Key(container.Name), out var annotation)) continue;
            var profile = Valid(Profile(annotation));
            var isOfPod = profile is not null && Same(profile, pod.Spec.SecurityContext?.AppArmorProfile);
            if (!isOfPod) warn($"{FieldPath.Of("metadata")["annotations"].Key(Key(container.Name))}: {Deprecated}");
            if (profile is not null && !isOfPod) (container.SecurityContext ??= new()).AppArmorProfile = profile;
        }
    }

    /// <summary>A profile that its field would be refused with is not taken.</summary>
    private static AppArmorProfile? Valid(AppArmorProfile? profile)
    {
        if (profile is null) return null;
        var errors = new FieldErrors();
        SecurityValidation.AppArmor(profile, FieldPath.Of(""), errors);
        return errors.Count == 0 ? profile : null;
    }
}
