using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Scheduler;

/// <summary>Carries out what was planned for a pod's claims, and waits until they are bound (upstream's VolumeBinding, PreBind).</summary>
internal sealed class VolumeBinder
{
    /// <summary>How long binding may take before the pod is scheduled anew.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    private readonly KubernetesClient _client;
    private readonly TimeProvider _time;
    private readonly IInformer<PersistentVolumeClaim> _claims;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public VolumeBinder(KubernetesClient client, TimeProvider time, IInformer<PersistentVolumeClaim> claims)
    {
        _client = client;
        _time = time;
        _claims = claims;
        claims.OnChange(_ => Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult());
    }

    /// <summary>Binds.</summary>
    /// <exception cref="VolumeBindingException">It did not work; another node may.</exception>
    /// <exception cref="ApiException">Somebody else was faster.</exception>
    public async Task BindAsync(VolumePlan plan, CancellationToken cancel)
    {
        foreach (var (claim, volume) in plan.Matched)
        {
            var copy = volume.DeepCopy();
            if (copy.Spec.ClaimRef is null) (copy.Metadata.Annotations ??= [])[VolumeMatch.BoundByController] = "yes";
            copy.Spec.ClaimRef = EventRecorder.Reference(claim);
            await _client.Resource<PersistentVolume>().UpdateAsync(copy, cancel);
        }

        var asked = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var claim in plan.Provisioned)
        {
            var copy = claim.DeepCopy();
            (copy.Metadata.Annotations ??= [])[VolumeMatch.SelectedNode] = plan.Node;
            var written = await _client.Resource<PersistentVolumeClaim>().UpdateAsync(copy, cancel);
            asked[claim.Metadata.Name] = written.Metadata.ResourceVersion;
        }

        await WaitAsync([.. plan.Matched.Select(static m => m.Claim), .. plan.Provisioned], asked, cancel);
    }

    private async Task WaitAsync(List<PersistentVolumeClaim> claims, Dictionary<string, string> asked, CancellationToken cancel)
    {
        var since = _time.GetTimestamp();
        while (true)
        {
            var changed = Volatile.Read(ref _changed).Task; // before looking, so that no change is missed
            if (claims.TrueForAll(claim => IsBound(claim, asked))) return;
            var left = s_patience - _time.GetElapsedTime(since);
            try
            {
                await changed.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, _time, cancel);
            }
            catch (TimeoutException)
            {
                throw new VolumeBindingException("binding volumes: context deadline exceeded");
            }
        }
    }

    private bool IsBound(PersistentVolumeClaim claim, Dictionary<string, string> asked)
    {
        var name = claim.Metadata.Name;
        if (_claims.Get(claim.Metadata.Namespace, name) is not { } now || now.Metadata.Uid != claim.Metadata.Uid)
            throw new VolumeBindingException($"binding volumes: persistentvolumeclaim \"{name}\" not found");
        if (VolumeMatch.IsBound(now)) return true;

        // Whoever was asked for a volume takes the node off when it cannot be had there.
        var isNewer = asked.TryGetValue(name, out var version) && now.Metadata.ResourceVersion != version && now.Metadata.ResourceVersion != claim.Metadata.ResourceVersion;
        if (isNewer && now.Metadata.Annotations?.ContainsKey(VolumeMatch.SelectedNode) != true)
            throw new VolumeBindingException($"binding volumes: provisioning failed for PVC \"{name}\"");
        return false;
    }
}

/// <summary>A pod's volumes cannot be bound on the node that was chosen.</summary>
internal sealed class VolumeBindingException(string message) : Exception(message);
