using System.Globalization;
using Tiphys.Api.Apps.V1;
using Tiphys.Api.Core.V1;

namespace Tiphys.Controllers;

/// <summary>The annotations that a deployment and its replica sets share.</summary>
internal static class Revisions
{
    private const int LongestHistory = 2000;

    private static readonly HashSet<string> s_own = new(StringComparer.Ordinal)
    {
        WellKnownAnnotations.LastAppliedConfiguration, AppsLabels.DeploymentRevision, AppsLabels.DeploymentRevisionHistory, AppsLabels.DesiredReplicas, AppsLabels.MaxReplicas, AppsLabels.DeprecatedRollbackTo,
    };

    /// <summary>Number of a replica set's revision; 0 when it has none, null when it is no number.</summary>
    public static long? Of(ReplicaSet set)
    {
        if (set.Metadata.Annotations?.TryGetValue(AppsLabels.DeploymentRevision, out var text) != true) return 0;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var revision) ? revision : null;
    }

    /// <summary>Highest revision among replica sets.</summary>
    public static long Highest(IEnumerable<ReplicaSet> sets) => sets.Select(static s => Of(s) ?? 0).DefaultIfEmpty(0).Max();

    /// <summary>Gives the replica set of the current template the deployment's annotations and its revision; tells whether that changed it.</summary>
    public static bool Stamp(Deployment deployment, ReplicaSet set, long revision)
    {
        var annotations = set.Metadata.Annotations ??= [];
        var changed = false;
        foreach (var (key, value) in deployment.Metadata.Annotations ?? [])
        {
            if (s_own.Contains(key) || annotations.GetValueOrDefault(key) == value) continue;
            annotations[key] = value;
            changed = true;
        }

        if (Of(set) is not { } old || old >= revision) return changed;
        if (annotations.TryGetValue(AppsLabels.DeploymentRevision, out var before)) Remember(annotations, before);
        annotations[AppsLabels.DeploymentRevision] = revision.ToString(CultureInfo.InvariantCulture);
        return true;
    }

    /// <summary>Sets the annotations that proportional scaling reads; tells whether that changed the replica set.</summary>
    public static bool StampReplicas(Deployment deployment, ReplicaSet set)
    {
        var annotations = set.Metadata.Annotations ??= [];
        return Put(annotations, AppsLabels.DesiredReplicas, deployment.Wanted()) | Put(annotations, AppsLabels.MaxReplicas, deployment.Wanted() + deployment.MaxSurge());
    }

    /// <summary>A count annotation, or null.</summary>
    public static int? Count(ReplicaSet set, string annotation) =>
        set.Metadata.Annotations?.TryGetValue(annotation, out var text) == true && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;

    private static bool Put(Dictionary<string, string> annotations, string key, int value)
    {
        var text = value.ToString(CultureInfo.InvariantCulture);
        if (annotations.GetValueOrDefault(key) == text) return false;
        annotations[key] = text;
        return true;
    }

    private static void Remember(Dictionary<string, string> annotations, string revision)
    {
        var history = annotations.GetValueOrDefault(AppsLabels.DeploymentRevisionHistory) is { Length: > 0 } text ? text.Split(',').ToList() : [];
        history.Add(revision);
        while (history.Count > 1 && history.Sum(static h => h.Length + 1) - 1 > LongestHistory) history.RemoveAt(0);
        annotations[AppsLabels.DeploymentRevisionHistory] = string.Join(',', history);
    }
}
