using Tiphys.Api.Apps.V1;

namespace Tiphys.Controllers;

/// <summary>Reads and writes a deployment's conditions.</summary>
internal static class DeploymentConditions
{
    public const string NewReplicaSet = "NewReplicaSetCreated";
    public const string FoundNewReplicaSet = "FoundNewReplicaSet";
    public const string ReplicaSetUpdated = "ReplicaSetUpdated";
    public const string NewReplicaSetAvailable = "NewReplicaSetAvailable";
    public const string ReplicaSetCreateError = "ReplicaSetCreateError";
    public const string ProgressDeadlineExceeded = "ProgressDeadlineExceeded";
    public const string DeploymentPaused = "DeploymentPaused";
    public const string DeploymentResumed = "DeploymentResumed";
    public const string MinimumReplicasAvailable = "MinimumReplicasAvailable";
    public const string MinimumReplicasUnavailable = "MinimumReplicasUnavailable";

    /// <summary>The condition of a type, or null.</summary>
    public static DeploymentCondition? Get(this DeploymentStatus status, string type) => status.Conditions?.Find(c => c.Type == type);

    /// <summary>Takes a condition off.</summary>
    public static void Remove(this DeploymentStatus status, string type)
    {
        status.Conditions?.RemoveAll(c => c.Type == type);
        if (status.Conditions?.Count == 0) status.Conditions = null;
    }

    /// <summary>Sets a condition, unless it says the same already; its transition time changes only with its status.</summary>
    public static void Set(this DeploymentStatus status, DeploymentCondition condition)
    {
        var current = status.Get(condition.Type);
        if (current is not null && current.Status == condition.Status && current.Reason == condition.Reason) return;
        if (current is not null && current.Status == condition.Status) condition.LastTransitionTime = current.LastTransitionTime;
        status.Conditions?.RemoveAll(c => c.Type == condition.Type);
        (status.Conditions ??= []).Add(condition);
    }

    /// <summary>A condition that begins now.</summary>
    public static DeploymentCondition New(string type, string status, string reason, string message, DateTimeOffset now) => new()
    {
        Type = type,
        Status = status,
        Reason = reason,
        Message = message,
        LastUpdateTime = now,
        LastTransitionTime = now,
    };
}
