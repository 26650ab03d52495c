using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tiphys.Api.Core.V1;
using Tiphys.Kubelet.Cri.V1;
using Tiphys.Kubelet.Events;
using Tiphys.Kubelet.Volumes;

namespace Tiphys.Kubelet.Images;

/// <summary>Takes credentials from a pod's image pull secrets.</summary>
internal sealed class PullSecretCredentials(IConfigSource config, IEventRecorder events) : IRegistryCredentials
{
    public async Task<IReadOnlyList<AuthConfig>> FindAsync(Pod pod, ImageName image, CancellationToken cancel)
    {
        var found = new List<(int Length, AuthConfig Auth)>();
        var missing = new List<string>();
        foreach (var reference in pod.Spec.ImagePullSecrets ?? [])
        {
            if (reference.Name.Length == 0) continue;
            if (await config.GetSecretAsync(pod.Metadata.Namespace, reference.Name, cancel).ConfigureAwait(false) is { } secret)
                found.AddRange(Read(secret, image));
            else
                missing.Add(reference.Name);
        }
        if (missing.Count > 0)
        {
            events.Warning(pod, "FailedToRetrieveImagePullSecret",
                $"Unable to retrieve some image pull secrets ({string.Join(", ", missing)}); attempting to pull the image may not succeed.");
        }
        return [.. found.OrderByDescending(f => f.Length).Select(f => f.Auth)];
    }

    private static IEnumerable<(int, AuthConfig)> Read(Secret secret, ImageName image)
    {
        var (key, nested) = secret.Type == SecretType.DockerConfigJson
            ? (SecretKeys.DockerConfigJson, true)
            : (SecretKeys.DockerConfig, false);
        if (secret.Data?.GetValueOrDefault(key) is not { } bytes) yield break;
        JsonObject? entries;
        try
        {
            var document = JsonNode.Parse(bytes);
            entries = (nested ? document?["auths"] : document) as JsonObject;
        }
        catch (JsonException)
        {
            yield break; // the API server validates these; an unreadable one helps nobody
        }
        foreach (var (server, entry) in entries ?? [])
        {
            var place = server.Replace("https://", "", StringComparison.Ordinal).Replace("http://", "", StringComparison.Ordinal).TrimEnd('/');
            if (place is "index.docker.io/v1" or "index.docker.io") place = "docker.io";
            if (!Matches(place, image.Location)) continue;
            var auth = new AuthConfig
            {
                Username = (string?)entry?["username"] ?? "",
                Password = (string?)entry?["password"] ?? "",
                IdentityToken = (string?)entry?["identitytoken"] ?? "",
            };
            if ((string?)entry?["auth"] is { Length: > 0 } encoded)
            {
                var pair = Encoding.UTF8.GetString(Convert.FromBase64String(encoded)).Split(':', 2);
                (auth.Username, auth.Password) = (pair[0], pair.Length > 1 ? pair[1].TrimEnd('\0') : "");
            }
            yield return (place.Length, auth);
        }
    }

    // The host may have wildcards for whole labels; the path is a prefix.
    private static bool Matches(string pattern, string location)
    {
        var wanted = pattern.Split('/', 2);
        var actual = location.Split('/', 2);
        var wantedLabels = wanted[0].Split('.');
        var actualLabels = actual[0].Split('.');
        return wantedLabels.Length == actualLabels.Length &&
            wantedLabels.Zip(actualLabels).All(p => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(p.First, p.Second)) &&
            (wanted.Length == 1 || actual[1].StartsWith(wanted[1], StringComparison.Ordinal));
    }
}
