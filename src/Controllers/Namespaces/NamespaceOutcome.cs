using System.Collections.Concurrent;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;

namespace Tiphys.Controllers;

/// <summary>What is left of a namespace after a pass over its content, and why.</summary>
internal sealed class NamespaceOutcome
{
    private readonly ConcurrentDictionary<string, int> _remaining = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _finalizers = new(StringComparer.Ordinal);

    /// <summary>Deletions that failed.</summary>
    public ConcurrentBag<string> Errors { get; } = [];

    /// <summary>Why it could not be found out what there is, or null.</summary>
    public string? DiscoveryError { get; set; }

    /// <summary>Whether nothing is left for certain.</summary>
    public bool IsEmpty => _remaining.IsEmpty && Errors.IsEmpty && DiscoveryError is null;

    /// <summary>An object that is still there.</summary>
    public void Add(ServedResource resource, ObjectMeta item)
    {
        _remaining.AddOrUpdate($"{resource.Resource}.{resource.Group}", 1, static (_, n) => n + 1);
        foreach (var finalizer in item.Finalizers ?? []) _finalizers.AddOrUpdate(finalizer, 1, static (_, n) => n + 1);
    }

    /// <summary>Writes the conditions.</summary>
    public void Report(NamespaceStatus status, DateTimeOffset now)
    {
        Set(NamespaceConditionType.NamespaceDeletionDiscoveryFailure, DiscoveryError, "DiscoveryFailed", "ResourcesDiscovered", "All resources successfully discovered");
        Set("NamespaceDeletionGroupVersionParsingFailure", null, "GroupVersionParsingFailed", "ParsedGroupVersions", "All legacy kube types successfully parsed");
        Set("NamespaceDeletionContentFailure", Errors.IsEmpty ? null : $"Failed to delete all resource types, {Errors.Count} remaining: {Join(Errors)}", "ContentDeletionFailed", "ContentDeleted", "All content successfully deleted, may be waiting on finalization");
        Set("NamespaceContentRemaining", _remaining.IsEmpty ? null : $"Some resources are remaining: {Join(_remaining.Select(static r => $"{r.Key} has {r.Value} resource instances"))}", "SomeResourcesRemain", "ContentRemoved", "All content successfully removed");
        Set("NamespaceFinalizersRemaining", _finalizers.IsEmpty ? null : $"Some content in the namespace has finalizers remaining: {Join(_finalizers.Select(static f => $"{f.Key} in {f.Value} resource instances"))}", "SomeFinalizersRemain", "ContentHasNoFinalizers", "All content-preserving finalizers finished");

        void Set(string type, string? problem, string badReason, string goodReason, string goodMessage)
        {
            var value = problem is null ? ConditionStatus.False : ConditionStatus.True;
            var current = status.Conditions?.Find(c => c.Type == type);
            if (current is null) (status.Conditions ??= []).Add(current = new() { Type = type });
            if (current.Status == value && current.Message == (problem ?? goodMessage)) return;
            current.LastTransitionTime = now;
            current.Status = value;
            current.Reason = problem is null ? goodReason : badReason;
            current.Message = problem ?? goodMessage;
        }
    }

    private static string Join(IEnumerable<string> parts) => string.Join(", ", parts.Order(StringComparer.Ordinal));
}
