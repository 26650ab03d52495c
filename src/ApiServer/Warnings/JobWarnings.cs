using Tiphys.Api.Batch.V1;

namespace Tiphys.ApiServer;

/// <summary>Warns of Jobs that are too large to be followed well, and of what is in their pods.</summary>
internal static class JobWarnings
{
    private const int ManyCompletions = 100_000;
    private const int ManyAtOnce = 10_000;

    public static IEnumerable<string> Of(JobSpec spec, FieldPath path)
    {
        if (spec is { CompletionMode: CompletionMode.Indexed, Completions: > ManyCompletions, Parallelism: > ManyAtOnce })
            yield return $"{path}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail";
        foreach (var text in PodWarnings.Template(spec.Template, path["template"])) yield return text;
    }
}
