using Tiphys.Storage.Embedded.Mvcc;

namespace Tiphys.Storage.Tests;

public sealed class KeyTreeTests
{
    [Theory]
    [InlineData(1, 50_000, false)]
    [InlineData(2, 3000, true)]
    [InlineData(3, 200, true)]
    public void The_tree_agrees_with_a_sorted_map_and_old_roots_stay_as_they_were(int seed, int keys, bool ascending)
    {
        var random = new Random(seed);
        var tree = new KeyTree();
        var map = new SortedDictionary<string, StoreRecord>(StringComparer.Ordinal);
        var published = new List<(TreeNode Root, List<string> Keys)>();
        for (var step = 0; step < 20_000; step++)
        {
            var key = ascending && step < keys ? $"{step:d6}" : $"{random.Next(keys):d6}";
            // Phases of growth and decline, so that nodes split and merge many times.
            var grow = random.Next(100) < (step / 4000 % 2 == 0 ? 80 : 20);
            if (!map.ContainsKey(key) && grow)
            {
                var record = new StoreRecord(key.Bytes(), default, 1, 1, 1, 0);
                map.Add(key, record);
                tree.Insert(record);
            }
            else if (!grow)
            {
                map.Remove(key);
                tree.Remove(key.Bytes());
            }
            Assert.Equal(map.Count, tree.Count);
            if (step % 1000 == 0)
                published.Add((tree.Publish(), [.. map.Keys]));
            if (step % 500 == 0)
            {
                var (low, high) = ($"{random.Next(keys):d6}", $"{random.Next(keys):d6}");
                Assert.Equal(
                    map.Keys.Where(k => string.CompareOrdinal(k, low) >= 0 && string.CompareOrdinal(k, high) < 0),
                    Keys(tree.Root, new KeyRange(low.Bytes(), high.Bytes())));
            }
        }
        foreach (var (key, record) in map)
            Assert.Same(record, tree.Find(key.Bytes()).Record);
        Assert.Equal(map.Keys, Keys(tree.Root, KeyRange.All));
        foreach (var (root, expected) in published)
            Assert.Equal(expected, Keys(root, KeyRange.All));
    }

    private static List<string> Keys(TreeNode root, KeyRange range)
    {
        var visitor = new Collector { Keys = [] };
        TreeReader.Visit(root, range, ref visitor);
        return visitor.Keys;
    }

    private struct Collector : IRecordVisitor
    {
        public List<string> Keys;

        public readonly bool Visit(StoreRecord newest)
        {
            Keys.Add(newest.Key.Text());
            return true;
        }
    }
}
