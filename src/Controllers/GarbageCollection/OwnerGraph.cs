using Tiphys.Api.Meta.V1;

namespace Tiphys.Controllers;

/// <summary>
/// Who owns whom, as the watches tell it (upstream's GraphBuilder). Changes that may call for a deletion are handed on by uid.
/// </summary>
/// <param name="collect">A node whose owners, or whose own deletion, should be looked at.</param>
/// <param name="orphan">A node that wants its dependents cut loose.</param>
internal sealed class OwnerGraph(Action<string> collect, Action<string> orphan)
{
    private const int MostAbsent = 5000;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, GraphNode> _nodes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _absent = new(StringComparer.Ordinal);
    private readonly Queue<string> _absentOrder = new();

    /// <summary>Whether an object of this uid is known to be gone for good.</summary>
    public bool IsAbsent(string uid)
    {
        lock (_lock) return _absent.Contains(uid);
    }

    /// <summary>The node of a uid, or null.</summary>
    public GraphNode? Find(string uid)
    {
        lock (_lock) return _nodes.GetValueOrDefault(uid);
    }

    /// <summary>What depends on a node; a snapshot.</summary>
    public GraphNode[] DependentsOf(GraphNode node)
    {
        lock (_lock) return [.. node.Dependents];
    }

    /// <summary>Dependents that hold up their owner's foreground deletion; a snapshot.</summary>
    public GraphNode[] Blocking(GraphNode node)
    {
        lock (_lock) return [.. node.Dependents.Where(d => d.Owners.Exists(o => o.Uid == node.Uid && o.BlockOwnerDeletion == true))];
    }

    /// <summary>Whether a node's dependents go first and one of them does so itself: a circle.</summary>
    public bool HasDeletingDependents(GraphNode node)
    {
        lock (_lock) return node.Dependents.Any(static d => d.DeletesDependents);
    }

    /// <summary>An object is there, new or changed.</summary>
    /// <param name="apiVersion">Its group and version.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="item">Its metadata.</param>
    /// <param name="namespaced">Tells whether an owner's kind lives in namespaces.</param>
    public void Observe(string apiVersion, string kind, ObjectMeta item, Func<string, string, bool?> namespaced)
    {
        lock (_lock)
        {
            if (!_nodes.TryGetValue(item.Uid, out var node)) _nodes[item.Uid] = node = new(item.Uid, apiVersion, kind, item.Namespace, item.Name);
            else if (node.IsVirtual && (node.Name != item.Name || node.Namespace != item.Namespace || node.Kind != kind)) node = Replace(node, apiVersion, kind, item);
            node.IsVirtual = false;
            SetOwners(node, item.OwnerReferences ?? [], namespaced);
            if (item.DeletionTimestamp is null) return;
            node.IsDeleting = true;
            if (item.Finalizers?.Contains(WellKnownFinalizers.Orphan) == true) orphan(node.Uid);
            var foreground = item.Finalizers?.Contains(WellKnownFinalizers.ForegroundDeletion) == true;
            if (foreground && !node.DeletesDependents)
            {
                node.DeletesDependents = true;
                foreach (var dependent in node.Dependents) collect(dependent.Uid);
            }

            if (foreground) collect(node.Uid);
        }
    }

    /// <summary>An object is gone.</summary>
    public void Remove(string uid)
    {
        lock (_lock)
        {
            Remember(uid);
            if (!_nodes.Remove(uid, out var node)) return;
            foreach (var owner in node.Owners)
            {
                if (!_nodes.TryGetValue(owner.Uid, out var parent)) continue;
                parent.Dependents.Remove(node);
                if (parent.DeletesDependents) collect(parent.Uid);
            }

            foreach (var dependent in node.Dependents) collect(dependent.Uid);
        }
    }

    private void SetOwners(GraphNode node, List<OwnerReference> owners, Func<string, string, bool?> namespaced)
    {
        var before = node.Owners;
        if (before.Count == 0 && owners.Count == 0) return;
        node.Owners = owners;
        foreach (var owner in before)
        {
            if (owners.Exists(o => o.Uid == owner.Uid && (o.BlockOwnerDeletion == true || owner.BlockOwnerDeletion != true)) || !_nodes.TryGetValue(owner.Uid, out var parent)) continue;
            if (!owners.Exists(o => o.Uid == owner.Uid)) parent.Dependents.Remove(node);

            // This one no longer holds up its owner's deletion.
            if (parent.DeletesDependents) collect(parent.Uid);
        }

        foreach (var owner in owners)
        {
            if (before.Exists(o => o.Uid == owner.Uid)) continue;
            if (!_nodes.TryGetValue(owner.Uid, out var parent))
            {
                var ns = namespaced(owner.ApiVersion, owner.Kind) == false ? "" : node.Namespace;
                _nodes[owner.Uid] = parent = new(owner.Uid, owner.ApiVersion, owner.Kind, ns, owner.Name) { IsVirtual = true };
                collect(parent.Uid);
            }

            parent.Dependents.Add(node);
            if (parent.DeletesDependents || _absent.Contains(owner.Uid)) collect(node.Uid);
        }
    }

    /// <summary>A reference had the uid right but not the rest: what the object says of itself counts.</summary>
    private GraphNode Replace(GraphNode wrong, string apiVersion, string kind, ObjectMeta item)
    {
        var node = new GraphNode(item.Uid, apiVersion, kind, item.Namespace, item.Name);
        node.Dependents.UnionWith(wrong.Dependents);
        foreach (var dependent in node.Dependents) collect(dependent.Uid);
        return _nodes[item.Uid] = node;
    }

    private void Remember(string uid)
    {
        if (!_absent.Add(uid)) return;
        _absentOrder.Enqueue(uid);
        if (_absentOrder.Count > MostAbsent) _absent.Remove(_absentOrder.Dequeue());
    }
}
