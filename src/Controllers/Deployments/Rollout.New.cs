using System.Globalization;
using Tiphys.Api;
using Tiphys.Api.Apps.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>The replica set of the current template: found, stamped with its revision, or created.</summary>
internal sealed partial class Rollout
{
    private async Task AdoptNewAsync(bool create, CancellationToken cancel)
    {
        var revision = Revisions.Highest(_old) + 1;
        if (_new is not null)
        {
            var copy = _new.DeepCopy();
            var changed = Revisions.Stamp(_deployment, copy, revision);
            if (changed || copy.Spec.MinReadySeconds != _deployment.Spec.MinReadySeconds)
            {
                copy.Spec.MinReadySeconds = _deployment.Spec.MinReadySeconds;
                _new = await _client.Resource<ReplicaSet>().UpdateAsync(copy, cancel);
            }

            StampDeployment(_new.Metadata.Annotations?.GetValueOrDefault(AppsLabels.DeploymentRevision) ?? "");
            if (_deployment.HasDeadline() && _deployment.Status.Get(DeploymentConditionType.Progressing) is null)
                SetProgressing(ConditionStatus.True, DeploymentConditions.FoundNewReplicaSet, $"Found new replica set \"{_new.Metadata.Name}\"");
            return;
        }

        if (create) await CreateNewAsync(revision, cancel);
    }

    private async Task CreateNewAsync(long revision, CancellationToken cancel)
    {
        var set = NewSet(revision);
        var size = Size(set);
        var created = false;
        try
        {
            _new = await _client.Resource<ReplicaSet>().CreateAsync(set, cancel);
            created = true;
        }
        catch (ApiException e) when (e.IsAlreadyExists)
        {
            // Either an earlier pass made it and the cache does not show it yet, or two templates share a hash.
            var taken = await _client.Resource<ReplicaSet>().GetAsync(set.Metadata.Namespace, set.Metadata.Name, cancel);
            if (!taken.IsControlledBy(_deployment) || !Bare(taken.Spec.Template).AsSpan().SequenceEqual(Bare(_deployment.Spec.Template)))
            {
                _deployment.Status.CollisionCount = (_deployment.Status.CollisionCount ?? 0) + 1;
                await _client.Resource<Deployment>().UpdateStatusAsync(_deployment, cancel);
                throw;
            }

            _new = taken;
        }
        catch (ApiException e) when (!e.IsNamespaceTerminating)
        {
            var message = $"Failed to create new replica set \"{set.Metadata.Name}\": {e.Message}";
            _events.Warning(_cached, DeploymentConditions.ReplicaSetCreateError, message);
            if (_deployment.HasDeadline())
            {
                SetProgressing(ConditionStatus.False, DeploymentConditions.ReplicaSetCreateError, message);
                if (!ApiJson.Same(_deployment.Status, _cached.Status)) await _client.Resource<Deployment>().UpdateStatusAsync(_deployment, cancel);
            }

            throw;
        }

        StampDeployment(revision.ToString(CultureInfo.InvariantCulture));
        if (!created) return;
        if (size > 0) _events.Normal(_cached, "ScalingReplicaSet", $"Scaled up replica set {_new.Metadata.Name} from 0 to {size}");
        if (_deployment.HasDeadline()) SetProgressing(ConditionStatus.True, DeploymentConditions.NewReplicaSet, $"Created new replica set \"{_new.Metadata.Name}\"");
    }

    private ReplicaSet NewSet(long revision)
    {
        var hash = TemplateHash.Of(_deployment.Spec.Template, _deployment.Status.CollisionCount);
        var template = _deployment.Spec.Template.DeepCopy();
        (template.Metadata.Labels ??= [])[AppsLabels.PodTemplateHash] = hash;
        var selector = _deployment.Spec.Selector!.DeepCopy();
        (selector.MatchLabels ??= [])[AppsLabels.PodTemplateHash] = hash;
        var set = new ReplicaSet
        {
            Metadata = new()
            {
                Name = Name(hash),
                Namespace = _deployment.Metadata.Namespace,
                OwnerReferences = [Pods.ControllerReference(_deployment)],
                Labels = new(template.Metadata.Labels),
            },
            Spec = new() { Replicas = NewSize(0), MinReadySeconds = _deployment.Spec.MinReadySeconds, Selector = selector, Template = template },
        };
        Revisions.Stamp(_deployment, set, revision);
        Revisions.StampReplicas(_deployment, set);
        return set;
    }

    /// <summary>Deployment's name and hash, cut so that pods' names, which add a hyphen and five characters, still fit.</summary>
    private string Name(string hash)
    {
        const int longest = 253 - 1;
        var prefix = _deployment.Metadata.Name;
        return prefix.Length + hash.Length > longest ? $"{prefix[..(longest - hash.Length)]}-{hash}" : $"{prefix}-{hash}";
    }

    private void StampDeployment(string revision)
    {
        var annotations = _deployment.Metadata.Annotations ??= [];
        annotations[AppsLabels.DeploymentRevision] = revision;
    }

    private void SetProgressing(string status, string reason, string message) =>
        _deployment.Status.Set(DeploymentConditions.New(DeploymentConditionType.Progressing, status, reason, message, _now));
}
