using System.Collections.Concurrent;
using Tiphys.Api.Autoscaling.V2;

namespace Tiphys.Controllers;

/// <summary>
/// What an autoscaler did and wanted to do lately, and what its behavior makes of that: stabilization against flapping, and
/// bounds on the speed of change.
/// </summary>
internal sealed class ScalingLimits
{
    private const int DownWindow = 300;
    private readonly List<(DateTimeOffset At, int Replicas)> _wishes = [];
    private readonly List<(DateTimeOffset At, int Change)> _changes = [];

    /// <summary>The replicas to set, and why they are not the wish.</summary>
    public (int Replicas, string? Reason, string Message) Apply(HorizontalPodAutoscaler hpa, int current, int wish, DateTimeOffset now)
    {
        var least = hpa.Spec.MinReplicas ?? 1;
        var most = hpa.Spec.MaxReplicas;
        _wishes.RemoveAll(w => w.At < now.AddHours(-1));
        _wishes.Add((now, wish));
        var stable = Stabilize(hpa.Spec.Behavior, current, wish, now);
        if (stable > current)
        {
            var limit = Math.Max(UpLimit(hpa.Spec.Behavior?.ScaleUp, current, now), current);
            if (stable > Math.Min(limit, most))
                return limit < most ? (limit, "ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate") : (most, "TooManyReplicas", "the desired replica count is more than the maximum replica count");
        }
        else if (stable < current)
        {
            var limit = Math.Min(DownLimit(hpa.Spec.Behavior?.ScaleDown, current, now), current);
            if (stable < Math.Max(limit, least))
                return limit > least ? (limit, "ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate") : (least, "TooFewReplicas", "the desired replica count is less than the minimum replica count");
        }

        if (stable < least) return (least, "TooFewReplicas", "the desired replica count is less than the minimum replica count");
        return stable > most ? (most, "TooManyReplicas", "the desired replica count is more than the maximum replica count") : (stable, null, "the desired count is within the acceptable range");
    }

    /// <summary>Remembers a change.</summary>
    public void Changed(int change, DateTimeOffset now)
    {
        _changes.RemoveAll(c => c.At < now.AddHours(-1));
        _changes.Add((now, change));
    }

    private int Stabilize(HorizontalPodAutoscalerBehavior? behavior, int current, int wish, DateTimeOffset now)
    {
        var up = _wishes.Where(w => w.At >= now.AddSeconds(-(behavior?.ScaleUp?.StabilizationWindowSeconds ?? 0))).Select(static w => w.Replicas).DefaultIfEmpty(wish).Min();
        var down = _wishes.Where(w => w.At >= now.AddSeconds(-(behavior?.ScaleDown?.StabilizationWindowSeconds ?? DownWindow))).Select(static w => w.Replicas).DefaultIfEmpty(wish).Max();
        var stable = current;
        if (stable < up) stable = up;
        if (stable > down) stable = down;
        return stable;
    }

    private int UpLimit(HPAScalingRules? rules, int current, DateTimeOffset now)
    {
        if (rules?.SelectPolicy == "Disabled") return current;
        var policies = rules?.Policies is { Count: > 0 } given ? given : [new() { Type = "Pods", Value = 4, PeriodSeconds = 15 }, new() { Type = "Percent", Value = 100, PeriodSeconds = 15 }];
        var limits = policies.Select(p =>
        {
            var start = current - _changes.Where(c => c.Change > 0 && c.At > now.AddSeconds(-p.PeriodSeconds)).Sum(static c => c.Change);
            return p.Type == "Pods" ? start + p.Value : (int)Math.Ceiling(start * (1 + (p.Value / 100.0)));
        }).ToList();
        return rules?.SelectPolicy == "Min" ? limits.Min() : limits.Max();
    }

    private int DownLimit(HPAScalingRules? rules, int current, DateTimeOffset now)
    {
        if (rules?.SelectPolicy == "Disabled") return current;
        var policies = rules?.Policies is { Count: > 0 } given ? given : [new() { Type = "Percent", Value = 100, PeriodSeconds = 15 }];
        var limits = policies.Select(p =>
        {
            var start = current - _changes.Where(c => c.Change < 0 && c.At > now.AddSeconds(-p.PeriodSeconds)).Sum(static c => c.Change);
            return p.Type == "Pods" ? start - p.Value : (int)(start * (1 - (p.Value / 100.0)));
        }).ToList();
        return rules?.SelectPolicy == "Min" ? limits.Max() : limits.Min();
    }
}
