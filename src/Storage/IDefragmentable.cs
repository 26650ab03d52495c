namespace Tiphys.Storage;

/// <summary>A store that can be told to give disk space back that compaction has freed (etcd's Maintenance.Defragment).</summary>
public interface IDefragmentable
{
    /// <summary>Gives back what can be given back now. Traffic goes on meanwhile.</summary>
    Task DefragmentAsync(CancellationToken cancellationToken = default);
}
