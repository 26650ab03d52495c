using System.Globalization;

namespace Tiphys.ApiServer;

/// <summary>A pod security standard as it was in some version.</summary>
/// <param name="Level">privileged, baseline or restricted.</param>
/// <param name="Version"><c>latest</c>, or <c>v1.NN</c>.</param>
internal sealed record PodSecurityLevel(string Level, string Version)
{
    public const string Privileged = "privileged";
    private const int Newest = 36;

    private int Minor => Version == "latest" ? Newest : Math.Min(Newest, int.Parse(Version.AsSpan(3), CultureInfo.InvariantCulture));

    /// <summary>What a pod breaks.</summary>
    public List<Violation> Check(PodView pod) => Level switch
    {
        "baseline" => [.. BaselineChecks.Run(pod, Minor, restricted: false)],
        "restricted" => [.. BaselineChecks.Run(pod, Minor, restricted: true), .. RestrictedChecks.Run(pod, Minor)],
        _ => [],
    };

    public override string ToString() => $"{Level}:{Version}";
}

/// <summary>What the labels of a namespace ask for.</summary>
/// <param name="Enforce">Pods that break it are refused.</param>
/// <param name="Warn">Clients are warned of pods that break it.</param>
internal sealed record PodSecurityPolicy(PodSecurityLevel Enforce, PodSecurityLevel Warn)
{
    private const string Prefix = "pod-security.kubernetes.io/";
    private static readonly string[] s_modes = ["enforce", "audit", "warn"];

    /// <summary>The policy of a namespace; a level that is misspelt is taken for the strictest.</summary>
    public static PodSecurityPolicy Of(IReadOnlyDictionary<string, string>? labels)
    {
        var enforce = Level(labels, "enforce");
        if (labels?.ContainsKey(Prefix + "warn") == true) return new(enforce, Level(labels, "warn"));

        // Workloads whose pods would be refused are worth a warning even where nobody asked for one.
        return new(enforce, labels?.GetValueOrDefault(Prefix + "enforce") == enforce.Level ? enforce : new(PodSecurityLevel.Privileged, "latest"));
    }

    /// <summary>Reports labels that say nothing the standards know.</summary>
    public static void Validate(IReadOnlyDictionary<string, string>? labels, FieldErrors errors)
    {
        var path = FieldPath.Of("metadata")["labels"];
        foreach (var mode in s_modes)
        {
            if (labels?.TryGetValue(Prefix + mode, out var level) == true && level is not (PodSecurityLevel.Privileged or "baseline" or "restricted"))
                errors.Invalid(path.Key(Prefix + mode), level, "must be one of privileged, baseline, restricted");
            if (labels?.TryGetValue($"{Prefix}{mode}-version", out var version) == true && !IsVersion(version))
                errors.Invalid(path.Key($"{Prefix}{mode}-version"), version, "must be \"latest\" or \"v1.x\"");
        }
    }

    private static PodSecurityLevel Level(IReadOnlyDictionary<string, string>? labels, string mode)
    {
        if (labels is null || !labels.TryGetValue(Prefix + mode, out var level)) return new(PodSecurityLevel.Privileged, "latest");
        var version = labels.TryGetValue($"{Prefix}{mode}-version", out var given) && IsVersion(given) ? given : "latest";
        if (level is PodSecurityLevel.Privileged or "baseline" or "restricted") return new(level, version);
        return new(mode == "enforce" ? "restricted" : PodSecurityLevel.Privileged, version);
    }

    private static bool IsVersion(string text) =>
        text == "latest" || (text.StartsWith("v1.", StringComparison.Ordinal) && text.Length is > 3 and < 7 && text.AsSpan(3).IndexOfAnyExceptInRange('0', '9') < 0 && (text.Length == 4 || text[3] != '0'));
}
