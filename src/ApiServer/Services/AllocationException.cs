namespace Tiphys.ApiServer;

/// <summary>An address or a port cannot be had; the message says why, in upstream's words.</summary>
internal sealed class AllocationException(string message) : Exception(message)
{
    public const string RangeIsFull = "range is full";

    /// <summary>All are taken: the caller asked for nothing wrong.</summary>
    public bool IsFull => Message == RangeIsFull;

    public static AllocationException Full() => new(RangeIsFull);
}
