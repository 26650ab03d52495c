using Google.Protobuf;
using Order = Tiphys.Storage.Etcd.V3.RangeRequest.Types.SortOrder;
using Target = Tiphys.Storage.Etcd.V3.RangeRequest.Types.SortTarget;
using V3 = Tiphys.Storage.Etcd.V3;

namespace Tiphys.Storage.Tests.Etcd;

/// <summary>
/// Requests drawn by chance, senseless ones among them. Left out is what etcd takes by mistake (to put a key and delete it with an
/// open-ended range in one transaction, orders that do not exist, a compaction to revision 0), and what is wrong in two ways at once.
/// </summary>
internal sealed class Requests(int seed)
{
    private const int Keys = 6;
    private const int MostNesting = 2;

    private readonly Random _random = new(seed);

    /// <summary>About where the store is.</summary>
    public long Revision { get; set; } = 1;

    public static ByteString Text(string text) => ByteString.CopyFromUtf8(text);

    public (string Method, IMessage Request) Next() => _random.Next(20) switch
    {
        < 6 => ("KV/Put", Put()),
        < 8 => ("KV/DeleteRange", Delete()),
        < 13 => ("KV/Range", Range()),
        < 17 => ("KV/Txn", Txn(0)),
        17 => ("KV/Compact", new V3.CompactionRequest { Revision = Math.Max(1, Chance(3) ? NearRevision() : Revision - 20), Physical = true }),
        18 => ("Lease/LeaseGrant", new V3.LeaseGrantRequest { TTL = 1000, ID = _random.Next(1, 4) }),
        _ => ("Lease/LeaseRevoke", new V3.LeaseRevokeRequest { ID = _random.Next(1, 4) }),
    };

    private bool Chance(int of) => _random.Next(of) == 0;

    private ByteString Key() => Chance(60) ? ByteString.Empty : Text($"{(char)('a' + _random.Next(Keys))}");

    private ByteString End(bool open) => _random.Next(open ? 4 : 3) switch { 0 => ByteString.Empty, 3 => Text("\0"), _ => Text($"{(char)('a' + _random.Next(Keys + 2))}") };

    // At -1 etcd takes a transaction's read as long as nothing has been compacted.
    private long NearRevision() => Chance(3) ? 0 : Revision + _random.Next(-12, 3) is var near && near == -1 ? -2 : near;

    private V3.PutRequest Put()
    {
        var put = new V3.PutRequest { Key = Key(), PrevKv = Chance(3), IgnoreValue = Chance(8), IgnoreLease = Chance(8) };
        if (!put.IgnoreValue || Chance(6)) put.Value = Text($"{_random.Next(5)}");
        if (!put.IgnoreValue && Chance(4)) put.Lease = _random.Next(1, 4);
        return put;
    }

    private V3.DeleteRangeRequest Delete(bool open = true) => new() { Key = Key(), RangeEnd = End(open), PrevKv = Chance(2) };

    private V3.RangeRequest Range()
    {
        var range = new V3.RangeRequest
        {
            Key = Key(), RangeEnd = End(open: true), Limit = Chance(2) ? _random.Next(-1, 4) : 0, KeysOnly = Chance(5), CountOnly = Chance(8), Serializable = Chance(4),
        };
        if (Chance(3)) range.Revision = NearRevision();
        if (Chance(6)) range.MinModRevision = NearRevision();
        if (Chance(6)) range.MaxModRevision = NearRevision();
        if (Chance(6)) range.MinCreateRevision = NearRevision();
        if (Chance(6)) range.MaxCreateRevision = NearRevision();

        // Which of two equal ones comes first is chance in etcd.
        if (Chance(2)) (range.SortTarget, range.SortOrder) = (new[] { Target.Key, Target.Create, Target.Mod }[_random.Next(3)], (Order)_random.Next(3));
        if (range.SortTarget == Target.Create || range.SortTarget == Target.Mod) range.Key = range.Key.IsEmpty ? range.Key : Text("a");
        return range;
    }

    private V3.TxnRequest Txn(int depth)
    {
        var txn = new V3.TxnRequest();
        for (var i = _random.Next(3); i > 0; i--) txn.Compare.Add(Compare());
        for (var i = _random.Next(4); i > 0; i--) txn.Success.Add(Operation(depth));
        for (var i = _random.Next(3); i > 0; i--) txn.Failure.Add(Operation(depth));
        return txn;
    }

    private V3.RequestOp Operation(int depth) => _random.Next(9) switch
    {
        < 3 => new V3.RequestOp { RequestPut = Put() },
        < 4 => new V3.RequestOp { RequestDeleteRange = Delete(open: false) },
        < 7 => new V3.RequestOp { RequestRange = Range() },
        7 when Chance(8) => new V3.RequestOp(),
        _ => depth < MostNesting ? new V3.RequestOp { RequestTxn = Txn(depth + 1) } : new V3.RequestOp { RequestPut = Put() },
    };

    private V3.Compare Compare()
    {
        var compare = new V3.Compare { Key = Key(), RangeEnd = Chance(4) ? End(open: true) : ByteString.Empty, Result = (V3.Compare.Types.CompareResult)_random.Next(4) };
        switch (_random.Next(6))
        {
            case 0:
                (compare.Target, compare.Version) = (V3.Compare.Types.CompareTarget.Version, _random.Next(4));
                break;
            case 1:
                (compare.Target, compare.CreateRevision) = (V3.Compare.Types.CompareTarget.Create, NearRevision());
                break;
            case 2:
                (compare.Target, compare.ModRevision) = (V3.Compare.Types.CompareTarget.Mod, NearRevision());
                break;
            case 3:
                (compare.Target, compare.Value) = (V3.Compare.Types.CompareTarget.Value, Text($"{_random.Next(5)}"));
                break;
            case 4:
                (compare.Target, compare.Lease) = (V3.Compare.Types.CompareTarget.Lease, _random.Next(4));
                break;
            default:
                // Nothing to compare with is given.
                compare.Target = (V3.Compare.Types.CompareTarget)_random.Next(5);
                break;
        }
        return compare;
    }
}
