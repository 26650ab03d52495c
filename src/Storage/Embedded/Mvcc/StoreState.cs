namespace Tiphys.Storage.Embedded.Mvcc;

/// <summary>What readers see: swapped as one reference when a batch of writes has become durable.</summary>
internal sealed record StoreState(TreeNode Root, long KeyCount, long Revision, HistoryView History);
