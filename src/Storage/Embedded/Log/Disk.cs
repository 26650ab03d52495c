namespace Tiphys.Storage.Embedded.Log;

/// <summary>The few file operations durability rests on; tests put a failing or forgetful disk in its place.</summary>
internal interface IDisk
{
    /// <summary>Opens a file for writing: a new, empty one that only its owner may read, or an existing one as it is.</summary>
    IDiskFile Open(string path, bool create);

    void Rename(string from, string to);

    void Delete(string path);

    /// <summary>Makes the creation, renaming and deletion of a directory's files durable.</summary>
    void SyncDirectory(string path);
}

/// <summary>A file open for writing.</summary>
internal interface IDiskFile : IDisposable
{
    void Write(ReadOnlySpan<byte> bytes, long offset);

    void SetLength(long length);

    /// <summary>Returns once everything written is on stable storage.</summary>
    void Sync();
}
