namespace Tiphys.Storage.Tests.Linearizability;

/// <summary>What a client asked of one key.</summary>
public enum OperationKind
{
    /// <summary>Read the key.</summary>
    Get,

    /// <summary>Put a value if the mod revision is the expected one.</summary>
    PutIf,

    /// <summary>Delete if the mod revision is the expected one.</summary>
    DeleteIf,
}

/// <summary>One operation of a history, with what the client was told.</summary>
/// <param name="Kind">What was asked.</param>
/// <param name="Key">Of which key.</param>
/// <param name="Expected">The mod revision a write expected.</param>
/// <param name="Value">What a put wrote; unique in the history.</param>
/// <param name="Called">When the client asked, counted in events of the history.</param>
public sealed record Operation(OperationKind Kind, string Key, long Expected, string Value, int Called)
{
    /// <summary>When the client was answered; never, when the process was killed before.</summary>
    public int Returned { get; set; } = int.MaxValue;

    /// <summary>Whether the write was made.</summary>
    public bool Succeeded { get; set; }

    /// <summary>The store's revision in the answer; for a write that was made, the revision it made.</summary>
    public long Revision { get; set; }

    /// <summary>Mod revision of the record a read or a refused write was shown; 0 when there was none.</summary>
    public long SeenRevision { get; set; }

    /// <summary>Its value.</summary>
    public string? SeenValue { get; set; }

    /// <summary>Whether the client knows the outcome.</summary>
    public bool IsKnown => Returned != int.MaxValue;
}

/// <summary>One change as a watch told it.</summary>
/// <param name="Revision">The revision.</param>
/// <param name="Key">The key.</param>
/// <param name="Value">The new value; null for a deletion.</param>
public sealed record Change(long Revision, string Key, string? Value);
