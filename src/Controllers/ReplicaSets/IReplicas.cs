using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.Controllers;

/// <summary>
/// What replica sets and replication controllers have in common, so that one controller serves both
/// (upstream converts one into the other).
/// </summary>
/// <typeparam name="T">The kind.</typeparam>
internal interface IReplicas<T> where T : class, IKubernetesObject<T>
{
    /// <summary>Name of the component in events.</summary>
    string Component { get; }

    /// <summary>Pods wanted.</summary>
    int Wanted(T owner);

    /// <summary>Seconds until a ready pod counts as available.</summary>
    int MinReadySeconds(T owner);

    /// <summary>Which pods count.</summary>
    LabelQuery Selector(T owner);

    /// <summary>The pods to make.</summary>
    PodTemplateSpec Template(T owner);

    /// <summary>A copy of the owner with these counts as status; null when that changes nothing.</summary>
    T? WithStatus(T owner, ReplicaCounts counts, DateTimeOffset now);
}

/// <summary>How many pods an owner has.</summary>
/// <param name="Replicas">Active pods.</param>
/// <param name="FullyLabeled">Of these, those with all labels of the template.</param>
/// <param name="Ready">Of these, ready ones.</param>
/// <param name="Available">Of these, ones ready for long enough.</param>
/// <param name="Terminating">Pods on their way out.</param>
/// <param name="Failure">Why pods could not be created or deleted, or null.</param>
internal sealed record ReplicaCounts(int Replicas, int FullyLabeled, int Ready, int Available, int Terminating, ReplicaFailure? Failure);
