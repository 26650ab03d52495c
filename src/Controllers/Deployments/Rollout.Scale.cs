using Tiphys.Api.Apps.V1;

namespace Tiphys.Controllers;

/// <summary>Scaling, also in the middle of a rollout or while paused: replica sets grow and shrink in proportion to their sizes.</summary>
internal sealed partial class Rollout
{
    /// <summary>Whether the wanted number changed since the replica sets were last sized.</summary>
    private bool WasScaled() => All.Any(s => Size(s) > 0 && Revisions.Count(s, AppsLabels.DesiredReplicas) is { } wanted && wanted != _deployment.Wanted());

    private async Task ScaleAsync(CancellationToken cancel)
    {
        var active = All.Where(static s => Size(s) > 0).ToList();
        if (active.Count <= 1)
        {
            // One is simply given the whole; with none, the latest is.
            var only = active.FirstOrDefault() ?? _new ?? _old.LastOrDefault();
            if (only is not null && Size(only) != _deployment.Wanted()) Replace(await ResizeAsync(only, _deployment.Wanted(), cancel));
            return;
        }

        if (IsSaturated())
        {
            for (var i = 0; i < _old.Count; i++)
                if (Size(_old[i]) > 0) _old[i] = await ResizeAsync(_old[i], 0, cancel);
            return;
        }

        if (!_deployment.IsRolling()) return;
        var allowed = _deployment.Wanted() > 0 ? _deployment.Wanted() + _deployment.MaxSurge() : 0;
        var change = allowed - active.Sum(Size);

        // The largest change most; among equals the newest grows first and the oldest shrinks first.
        active = [.. change > 0 ? active.OrderByDescending(Size).ThenByDescending(static s => s.Metadata.CreationTimestamp) : active.OrderByDescending(Size).ThenBy(static s => s.Metadata.CreationTimestamp)];
        var given = 0;
        var sizes = new int[active.Count];
        for (var i = 0; i < active.Count; i++)
        {
            var share = change == 0 || change == given ? 0 : Share(active[i], change - given, change > 0);
            sizes[i] = Size(active[i]) + share;
            given += share;
        }

        // What rounding left over goes to the first.
        if (change != 0) sizes[0] = Math.Max(0, sizes[0] + change - given);
        for (var i = 0; i < active.Count; i++) Replace(await ResizeAsync(active[i], sizes[i], cancel));
    }

    private int Share(ReplicaSet set, int rest, bool grow)
    {
        var fraction = Fraction(set);
        return grow ? Math.Min(fraction, rest) : Math.Max(fraction, rest);
    }

    private int Fraction(ReplicaSet set)
    {
        if (_deployment.Wanted() == 0) return -Size(set);
        var before = Revisions.Count(set, AppsLabels.MaxReplicas) is { } most and > 0 ? most : _deployment.Status.Replicas;
        if (before == 0) return 0;
        var scaled = Size(set) * (double)(_deployment.Wanted() + _deployment.MaxSurge()) / before;
        return (int)Math.Round(scaled, MidpointRounding.AwayFromZero) - Size(set);
    }

    private bool IsSaturated() =>
        _new is not null && Size(_new) == _deployment.Wanted() && Revisions.Count(_new, AppsLabels.DesiredReplicas) == _deployment.Wanted() && _new.Status.AvailableReplicas == _deployment.Wanted();

    private void Replace(ReplicaSet updated)
    {
        if (_new?.Metadata.Uid == updated.Metadata.Uid) _new = updated;
        else _old[_old.FindIndex(s => s.Metadata.Uid == updated.Metadata.Uid)] = updated;
    }
}
