using Tiphys.Storage.Embedded.Log;

namespace Tiphys.Storage.Embedded.Snapshots;

/// <summary>Reads the frames of a damaged file as far as they are whole, and notes the stretches between.</summary>
/// <param name="path">The file.</param>
/// <param name="file">Its bytes.</param>
/// <param name="length">Where it ends for the reader.</param>
/// <param name="header">Its header.</param>
/// <param name="target">Told the entries.</param>
/// <param name="salvage">Knows the last revision.</param>
/// <param name="damages">Told the stretches.</param>
/// <param name="lost">Called at each of them.</param>
internal sealed class FrameReader(
    string path, byte[] file, int length, FileHeader header, IReplayTarget target, Salvage salvage, List<StoreDamage> damages, Action lost)
{
    /// <returns>Where the last whole frame ends.</returns>
    public int Read(bool mayBeTorn)
    {
        for (var offset = FileHeader.Size; offset < length;)
        {
            if (Frame.TryRead(file.AsSpan(offset, length - offset), offset, header.Salt, out var payload))
            {
                if (!TryReplay(payload, out var reason))
                    Lose(offset, Frame.HeaderSize + payload.Length, 0, reason);
                offset += Frame.HeaderSize + payload.Length;
                continue;
            }
            var next = Frame.FindAfter(file.AsSpan(0, length), offset, header.Salt);
            // A torn tail was never acknowledged.
            if (next < 0 && mayBeTorn)
                return offset;
            var end = next < 0 ? length : next;
            var first = next >= 0 && Frame.TryRead(file.AsSpan(next, length - next), next, header.Salt, out var following) ? FirstRevision.Of(following) : 0;
            Lose(offset, end - offset, first, "a frame does not match its checksum");
            offset = end;
        }
        return length;
    }

    private bool TryReplay(ReadOnlySpan<byte> payload, out string reason)
    {
        reason = "";
        try
        {
            LogEntry.Replay(payload, target);
            return true;
        }
        catch (InvalidDataException e)
        {
            reason = e.Message;
            return false;
        }
    }

    private void Lose(int offset, int count, long before, string reason)
    {
        lost();
        damages.Add(new StoreDamage(path, offset, count, salvage.Revision, before, DamagedKeys.Find(file.AsSpan(offset, count), salvage.Revision), reason));
    }
}
