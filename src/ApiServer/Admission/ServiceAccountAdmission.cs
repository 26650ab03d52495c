using System.Text;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>Gives pods their service account and mounts its token into their containers.</summary>
/// <param name="resources">Where service accounts are.</param>
/// <param name="time">Clock.</param>
public sealed class ServiceAccountAdmission(ApiResources resources, TimeProvider time) : IAdmissionPlugin
{
    private const string DefaultAccount = "default";
    private const string VolumePrefix = "kube-api-access-";
    private const string MountPath = "/var/run/secrets/kubernetes.io/serviceaccount";
    private const string Enforce = "kubernetes.io/enforce-mountable-secrets";
    private static readonly byte[] s_enforce = Encoding.UTF8.GetBytes(Enforce);

    /// <summary>Lifetime of mounted tokens in seconds; the odd number marks them for the token issuer.</summary>
    private const long TokenLifetime = (60 * 60) + 7;

    /// <inheritdoc/>
    public string Name => "ServiceAccount";

    /// <inheritdoc/>
    public async ValueTask MutateAsync(AdmissionAttributes write, CancellationToken cancel)
    {
        if (write is not { Operation: AdmissionOperation.Create, Subresource: "", Object: Pod pod } || IsMirror(pod)) return;
        if (pod.Spec.ServiceAccountName.Length == 0) pod.Spec.ServiceAccountName = DefaultAccount;

        // The old name of the field is kept the same for old clients.
        pod.Spec.ServiceAccount = pod.Spec.ServiceAccountName;
        var account = (ServiceAccount)(await AccountAsync(write, pod.Spec.ServiceAccountName, cancel)).Decode();
        if (pod.Spec.AutomountServiceAccountToken ?? account.AutomountServiceAccountToken ?? true) MountToken(pod);
        if (pod.Spec.ImagePullSecrets is not { Count: > 0 } && account.ImagePullSecrets is { Count: > 0 } pulls)
            pod.Spec.ImagePullSecrets = [.. pulls.Select(static p => new LocalObjectReference { Name = p.Name })];
    }

    /// <inheritdoc/>
    public async ValueTask ValidateAsync(AdmissionAttributes write, CancellationToken cancel)
    {
        if (write.Object is not Pod pod) return;
        if (write is { Operation: AdmissionOperation.Update, Subresource: "ephemeralcontainers" })
        {
            var owner = await AccountAsync(write, pod.Spec.ServiceAccountName, cancel);
            if (Limiting(owner) is { } limiting) LimitEnvironment(write, "ephemeral container", (pod.Spec.EphemeralContainers ?? []).Select(static c => (c.Name, c.Env, c.EnvFrom)), limiting);
            return;
        }

        if (write is not { Operation: AdmissionOperation.Create, Subresource: "" }) return;
        if (IsMirror(pod))
        {
            CheckMirror(write, pod);
            return;
        }

        if (pod.Spec.ServiceAccountName.Length == 0) throw Refusal.Of(write, $"no service account specified for pod {write.Namespace}/{pod.Metadata.Name}");
        var account = await AccountAsync(write, pod.Spec.ServiceAccountName, cancel);
        if (Limiting(account) is { } limits) LimitSecrets(write, pod, limits);
    }

    private static bool IsMirror(Pod pod) => pod.Metadata.Annotations?.ContainsKey(WellKnownAnnotations.ConfigMirror) == true;

    /// <summary>The account, if it wants its pods to use its own secrets only.</summary>
    private static ServiceAccount? Limiting(StoredObject account)
    {
        // Hardly any account does: looking for the name of the annotation saves decoding all others.
        if (account.Json.Span.IndexOf(s_enforce) < 0) return null;
        var item = (ServiceAccount)account.Decode();
        return item.Metadata.Annotations?.GetValueOrDefault(Enforce) is "true" or "True" or "TRUE" or "1" or "t" or "T" ? item : null;
    }

    private static void CheckMirror(AdmissionAttributes write, Pod pod)
    {
        if (pod.Spec.ServiceAccountName.Length > 0) throw Refusal.Of(write, "a mirror pod may not reference service accounts");
        if (PodReferences.Secrets(pod).Any()) throw Refusal.Of(write, "a mirror pod may not reference secrets");
        if (pod.Spec.Volumes?.Any(static v => v.Projected?.Sources.Any(static s => s.ServiceAccountToken is not null) == true) == true)
            throw Refusal.Of(write, "a mirror pod may not use ServiceAccountToken volume projections");
    }

    private async ValueTask<StoredObject> AccountAsync(AdmissionAttributes write, string name, CancellationToken cancel)
    {
        // The default account of a new namespace is made by a controller: give it a moment.
        var attempts = name == DefaultAccount ? 10 : 1;
        for (var i = 1; ; i++)
        {
            if (await resources.Of<ServiceAccount>().SeenAsync(write.Namespace, name, cancel) is { } account) return account;
            if (i >= attempts) throw Refusal.Of(write, $"error looking up service account {write.Namespace}/{name}: serviceaccount \"{name}\" not found");
            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(100, 200)), time, cancel);
        }
    }

    private static void MountToken(Pod pod)
    {
        var existing = pod.Spec.Volumes?.Find(static v => v.Name.StartsWith(VolumePrefix, StringComparison.Ordinal));
        var name = existing?.Name ?? NameGenerator.Next(VolumePrefix);
        var needed = false;
        foreach (var container in (pod.Spec.InitContainers ?? []).Concat(pod.Spec.Containers))
        {
            if (container.VolumeMounts?.Any(static m => m.MountPath == MountPath) == true) continue;
            (container.VolumeMounts ??= []).Add(new() { Name = name, ReadOnly = true, MountPath = MountPath });
            needed = true;
        }

        if (existing is null && needed) (pod.Spec.Volumes ??= []).Add(TokenVolume(name));
    }

    private static Volume TokenVolume(string name) => new()
    {
        Name = name,
        Projected = new()
        {
            DefaultMode = 420,
            Sources =
            [
                new() { ServiceAccountToken = new() { Path = "token", ExpirationSeconds = TokenLifetime } },
                new() { ConfigMap = new() { Name = "kube-root-ca.crt", Items = [new() { Key = "ca.crt", Path = "ca.crt" }] } },
                new() { DownwardAPI = new() { Items = [new() { Path = "namespace", FieldRef = new() { ApiVersion = "v1", FieldPath = "metadata.namespace" } }] } },
            ],
        },
    };

    private static void LimitSecrets(AdmissionAttributes write, Pod pod, ServiceAccount account)
    {
        var mountable = Mountable(account);
        foreach (var volume in pod.Spec.Volumes ?? [])
        {
            if (volume.Secret is { } secret && !mountable.Contains(secret.SecretName))
                throw Refusal.Of(write, $"volume with secret.secretName=\"{secret.SecretName}\" is not allowed because service account {account.Metadata.Name} does not reference that secret");
        }

        LimitEnvironment(write, "init container", (pod.Spec.InitContainers ?? []).Select(static c => (c.Name, c.Env, c.EnvFrom)), account);
        LimitEnvironment(write, "container", pod.Spec.Containers.Select(static c => (c.Name, c.Env, c.EnvFrom)), account);
        var pulls = (account.ImagePullSecrets ?? []).Select(static s => s.Name).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < (pod.Spec.ImagePullSecrets?.Count ?? 0); i++)
        {
            var pull = pod.Spec.ImagePullSecrets![i].Name;
            if (!pulls.Contains(pull))
                throw Refusal.Of(write, $"imagePullSecrets[{i}].name=\"{pull}\" is not allowed because service account {account.Metadata.Name} does not reference that imagePullSecret");
        }
    }

    private static void LimitEnvironment(AdmissionAttributes write, string what, IEnumerable<(string Name, List<EnvVar>? Env, List<EnvFromSource>? From)> containers, ServiceAccount account)
    {
        var mountable = Mountable(account);
        foreach (var (name, env, from) in containers)
        {
            foreach (var variable in env ?? [])
            {
                if (variable.ValueFrom?.SecretKeyRef is { } key && !mountable.Contains(key.Name))
                    throw Refusal.Of(write, $"{what} {name} with envVar {variable.Name} referencing secret.secretName=\"{key.Name}\" is not allowed because service account {account.Metadata.Name} does not reference that secret");
            }

            foreach (var source in from ?? [])
            {
                if (source.SecretRef is { } secret && !mountable.Contains(secret.Name))
                    throw Refusal.Of(write, $"{what} {name} with envFrom referencing secret.secretName=\"{secret.Name}\" is not allowed because service account {account.Metadata.Name} does not reference that secret");
            }
        }
    }

    private static HashSet<string> Mountable(ServiceAccount account) => (account.Secrets ?? []).Select(static s => s.Name).ToHashSet(StringComparer.Ordinal);
}
