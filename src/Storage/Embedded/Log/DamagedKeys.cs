using System.Text;

namespace Tiphys.Storage.Embedded.Log;

/// <summary>
/// Guesses, for the message only, which keys a damaged stretch of a file was about: entries are read as far as they make sense,
/// though their checksum says that something among them does not.
/// </summary>
internal static class DamagedKeys
{
    // A revision read from damaged bytes is believed only near the last good one.
    private const long Plausible = 1_000_000;

    public static IReadOnlyList<string> Find(ReadOnlySpan<byte> damaged, long lastRevision)
    {
        var collector = new Collector(lastRevision);
        try
        {
            if (damaged.Length > Frame.HeaderSize)
                LogEntry.Replay(damaged[Frame.HeaderSize..], collector);
        }
        catch (Exception e) when (e is InvalidDataException or OverflowException or EndOfStreamException)
        {
            // As far as it went.
        }
        return collector.Keys;
    }

    private sealed class Collector(long last) : IReplayTarget
    {
        private readonly HashSet<string> _seen = [];

        public List<string> Keys { get; } = [];

        public long Revision => last;

        public void Put(long revision, ReadOnlySpan<byte> key, byte[] value, long lease) => Add(revision, key);

        public void Delete(long revision, ReadOnlySpan<byte> key) => Add(revision, key);

        public void Restore(StoreRecord record) => Add(last, record.KeyArray);

        public void GrantLease(long sequence, long id, long ttlSeconds)
        {
        }

        public void RevokeLease(long sequence, long id)
        {
        }

        public void Compact(long revision)
        {
        }

        public void SetAlarm(StoreAlarm alarm, bool raised)
        {
        }

        public void RestoreLease(long id, long ttlSeconds)
        {
        }

        private void Add(long revision, ReadOnlySpan<byte> key)
        {
            if (revision < last || revision > last + Plausible || key.IsEmpty || key.ContainsAnyExceptInRange((byte)0x20, (byte)0x7e))
                throw new InvalidDataException("no longer plausible");
            var text = Encoding.ASCII.GetString(key);
            if (_seen.Add(text))
                Keys.Add(text);
        }
    }
}
