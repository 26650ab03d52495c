using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>Creates and deletes pods for workloads, with the events that go with it (upstream's RealPodControl).</summary>
internal sealed class PodControl(KubernetesClient client, EventRecorder recorder)
{
    /// <summary>A pod as its owner's template asks for it; named by the server after the owner.</summary>
    public static Pod FromTemplate(PodTemplateSpec template, IKubernetesObject owner)
    {
        var copy = template.DeepCopy();
        return new Pod
        {
            Metadata = new()
            {
                Namespace = owner.Metadata.Namespace,
                GenerateName = owner.Metadata.Name + "-",
                Labels = copy.Metadata.Labels,
                Annotations = copy.Metadata.Annotations,
                Finalizers = copy.Metadata.Finalizers,
                OwnerReferences = [Pods.ControllerReference(owner)],
            },
            Spec = copy.Spec,
        };
    }

    /// <summary>Creates a pod and records that on its owner.</summary>
    public async Task<Pod> CreateAsync(Pod pod, IKubernetesObject owner, CancellationToken cancel)
    {
        try
        {
            var created = await client.Resource<Pod>().CreateAsync(pod, cancel);
            recorder.Normal(owner, "SuccessfulCreate", $"Created pod: {created.Metadata.Name}");
            return created;
        }
        catch (ApiException e) when (!e.IsNamespaceTerminating)
        {
            recorder.Warning(owner, "FailedCreate", $"Error creating: {e.Message}");
            throw;
        }
    }

    /// <summary>Deletes a pod and records that on its owner; false when it was gone already.</summary>
    public async Task<bool> DeleteAsync(Pod pod, IKubernetesObject owner, CancellationToken cancel)
    {
        try
        {
            await client.Resource<Pod>().DeleteAsync(pod.Metadata.Namespace, pod.Metadata.Name, new DeleteOptions { Preconditions = new() { Uid = pod.Metadata.Uid } }, cancel);
            recorder.Normal(owner, "SuccessfulDelete", $"Deleted pod: {pod.Metadata.Name}");
            return true;
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict)
        {
            return false; // that pod is gone; another of its name is none of ours
        }
        catch (ApiException e)
        {
            recorder.Warning(owner, "FailedDelete", $"Error deleting: {e.Message}");
            throw;
        }
    }
}
