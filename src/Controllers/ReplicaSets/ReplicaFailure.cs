namespace Tiphys.Controllers;

/// <summary>Why an owner does not have the pods it wants.</summary>
/// <param name="Reason">FailedCreate or FailedDelete.</param>
/// <param name="Message">The error.</param>
internal sealed record ReplicaFailure(string Reason, string Message)
{
    /// <summary>Conditions that tell of a failure as long as there is one; the same list when they do already.</summary>
    /// <param name="conditions">The conditions there are.</param>
    /// <param name="failure">What is wrong, or null.</param>
    /// <param name="tells">Whether a condition tells of failures.</param>
    /// <param name="make">Makes the condition.</param>
    public static List<T>? Follow<T>(List<T>? conditions, ReplicaFailure? failure, Predicate<T> tells, Func<ReplicaFailure, T> make)
    {
        var told = conditions?.Exists(tells) == true;
        if (failure is not null && !told) return [.. conditions ?? [], make(failure)];
        if (failure is null && told) return conditions!.FindAll(c => !tells(c));
        return conditions;
    }
}
