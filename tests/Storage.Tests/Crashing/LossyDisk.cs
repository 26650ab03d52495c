using Tiphys.Storage.Embedded.Log;

namespace Tiphys.Storage.Tests.Crashing;

/// <summary>
/// A disk that promises no more than POSIX does. What was not synced may or may not be there after a power loss, sector by
/// sector and name by name, in no order; what a failed sync left behind counts as clean and is never written unless it is
/// written again. Until then everything reads as the page cache has it.
/// </summary>
internal sealed class LossyDisk : IDisk
{
    private const int Sector = 512;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Inode> _names = [];
    private readonly Dictionary<string, Inode> _durableNames = [];
    private readonly List<(string Name, Inode? Inode)> _pendingNames = [];
    private readonly Random _random;
    private bool _off;

    public LossyDisk(int seed) => _random = new Random(seed);

    /// <summary>Chance in a thousand that a sync fails.</summary>
    public int FailingSyncs { get; set; }

    /// <summary>The process dies after so many more operations, between a write and its sync for instance; 0 for never.</summary>
    public int DieAfter { get; set; }

    /// <summary>The process is gone: whatever it still tries does not happen.</summary>
    public void Off()
    {
        lock (_gate)
            _off = true;
    }

    /// <summary>A new process on the same machine.</summary>
    public void On()
    {
        lock (_gate)
            (_off, DieAfter) = (false, 0);
    }

    /// <summary>Takes over a directory as it is, all of it durable.</summary>
    public void Adopt(string directory)
    {
        lock (_gate)
        {
            foreach (var path in Directory.GetFiles(directory))
                _names[path] = _durableNames[path] = new Inode(File.ReadAllBytes(path));
        }
    }

    IDiskFile IDisk.Open(string path, bool create)
    {
        lock (_gate)
        {
            Check();
            var file = PhysicalDisk.Instance.Open(path, create);
            if (!_names.TryGetValue(path, out var inode))
            {
                inode = new Inode([]);
                SetName(path, inode);
            }
            if (create)
                inode.Pending.Add(new Change(0, null, 0));
            return new LossyFile(this, file, inode);
        }
    }

    void IDisk.Rename(string from, string to)
    {
        lock (_gate)
        {
            Check();
            PhysicalDisk.Instance.Rename(from, to);
            var inode = _names[from];
            // One change of the directory: both or neither.
            SetName(to, inode);
            _names.Remove(from);
            _pendingNames.Add((from, null));
        }
    }

    void IDisk.Delete(string path)
    {
        lock (_gate)
        {
            Check();
            PhysicalDisk.Instance.Delete(path);
            if (_names.Remove(path))
                _pendingNames.Add((path, null));
        }
    }

    void IDisk.SyncDirectory(string path)
    {
        lock (_gate)
        {
            Check();
            foreach (var (name, inode) in _pendingNames.Where(p => Path.GetDirectoryName(p.Name) == path))
                Apply(name, inode);
            _pendingNames.RemoveAll(p => Path.GetDirectoryName(p.Name) == path);
        }
    }

    /// <summary>The power fails: makes a directory of what the disk turns out to hold.</summary>
    public void LosePower(string into)
    {
        lock (_gate)
        {
            // Names without a sync: each change may have made it, whatever became of those before it.
            foreach (var (name, inode) in _pendingNames)
            {
                if (_random.Next(2) == 0)
                    Apply(name, inode);
            }
            foreach (var (name, inode) in _durableNames)
            {
                using var stream = Permissions.Open(Path.Combine(into, Path.GetFileName(name)), FileMode.Create, FileAccess.Write, FileShare.None);
                stream.Write(inode.AfterPowerLoss(_random));
            }
        }
    }

    private void SetName(string name, Inode inode)
    {
        _names[name] = inode;
        _pendingNames.Add((name, inode));
    }

    private void Apply(string name, Inode? inode)
    {
        if (inode is null)
            _durableNames.Remove(name);
        else
            _durableNames[name] = inode;
    }

    private void Check()
    {
        if (_off)
            throw new IOException("the process is gone");
        // This operation still happens.
        if (DieAfter > 0 && --DieAfter == 0)
            _off = true;
    }

    /// <summary>A change of a file: bytes at an offset, or (null) a new length.</summary>
    private sealed record Change(long Offset, byte[]? Bytes, long Length);

    private sealed class Inode(byte[] durable)
    {
        private byte[] _durable = durable;

        public List<Change> Pending { get; } = [];

        public void Sync()
        {
            foreach (var change in Pending)
                Do(ref _durable, change);
            Pending.Clear();
        }

        /// <summary>The kernel gives up: some of it may be on disk, nothing will be tried again.</summary>
        public void FailSync(Random random)
        {
            _durable = AfterPowerLoss(random);
            Pending.Clear();
        }

        public byte[] AfterPowerLoss(Random random)
        {
            var bytes = _durable.ToArray();
            foreach (var change in Pending)
            {
                if (change.Bytes is null)
                {
                    if (random.Next(2) == 0)
                        Do(ref bytes, change);
                    continue;
                }
                for (long at = 0; at < change.Bytes.Length;)
                {
                    var end = Math.Min(change.Bytes.Length, at + Sector - ((change.Offset + at) % Sector));
                    var sector = change.Bytes.AsSpan((int)at, (int)(end - at)).ToArray();
                    switch (random.Next(8))
                    {
                        case 0 when change.Offset + at >= _durable.Length:
                            // The length got there and the data did not: what was in the block before.
                            random.NextBytes(sector);
                            Do(ref bytes, new Change(change.Offset + at, sector, 0));
                            break;
                        case < 5:
                            Do(ref bytes, new Change(change.Offset + at, sector, 0));
                            break;
                    }
                    at = end;
                }
            }
            return bytes;
        }

        private static void Do(ref byte[] bytes, Change change)
        {
            var length = change.Bytes is null ? change.Length : Math.Max(bytes.Length, change.Offset + change.Bytes.Length);
            if (length != bytes.Length)
                Array.Resize(ref bytes, (int)length);
            change.Bytes?.CopyTo(bytes, change.Offset);
        }
    }

    private sealed class LossyFile(LossyDisk disk, IDiskFile file, Inode inode) : IDiskFile
    {
        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            lock (disk._gate)
            {
                disk.Check();
                file.Write(bytes, offset);
                inode.Pending.Add(new Change(offset, bytes.ToArray(), 0));
            }
        }

        public void SetLength(long length)
        {
            lock (disk._gate)
            {
                disk.Check();
                file.SetLength(length);
                inode.Pending.Add(new Change(0, null, length));
            }
        }

        public void Sync()
        {
            lock (disk._gate)
            {
                disk.Check();
                if (disk._random.Next(1000) < disk.FailingSyncs)
                {
                    inode.FailSync(disk._random);
                    // Often whoever is told so does not live long.
                    disk._off |= disk._random.Next(2) == 0;
                    throw new IOException("Input/output error", 5);
                }
                inode.Sync();
            }
        }

        public void Dispose() => file.Dispose();
    }
}
