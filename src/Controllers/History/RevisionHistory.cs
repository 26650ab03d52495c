using System.Text;
using System.Text.Json;
using Tiphys.Api;
using Tiphys.Api.Apps.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>Keeps an owner's pod templates as ControllerRevisions, so that it can come back to them (upstream's controller history).</summary>
internal sealed class RevisionHistory(KubernetesClient client)
{
    private const string HashLabel = "controller.kubernetes.io/hash";

    /// <summary>The revision of the owner's current template, made if need be.</summary>
    /// <param name="owner">The owner.</param>
    /// <param name="template">Its template.</param>
    /// <param name="labels">Labels of the revision, besides the hash.</param>
    /// <param name="revisions">The owner's revisions as the cache has them.</param>
    /// <param name="collisions">Hash collisions so far.</param>
    /// <param name="cancel">Ends the work.</param>
    /// <returns>The revision, and the collisions, one more if there was one.</returns>
    public async Task<(ControllerRevision Revision, int Collisions)> CurrentAsync(
        IKubernetesObject owner, PodTemplateSpec template, Dictionary<string, string>? labels, IReadOnlyList<ControllerRevision> revisions, int collisions, CancellationToken cancel)
    {
        var bytes = ApiJson.Encode(template);
        var latest = revisions.Select(static r => r.Revision).DefaultIfEmpty(0).Max();
        var equal = revisions.Where(r => ApiJson.Encode(TemplateOf(r)).AsSpan().SequenceEqual(bytes)).MaxBy(static r => r.Revision);
        if (equal is not null)
        {
            if (equal.Revision == latest) return (equal, collisions);

            // Back to an earlier template: it becomes the latest.
            var copy = equal.DeepCopy();
            copy.Revision = latest + 1;
            return (await client.Resource<ControllerRevision>().UpdateAsync(copy, cancel), collisions);
        }

        while (true)
        {
            var hash = TemplateHash.Of(bytes, collisions == 0 ? null : collisions);
            var revision = new ControllerRevision
            {
                Metadata = new()
                {
                    Name = $"{Cut(owner.Metadata.Name)}-{hash}",
                    Namespace = owner.Metadata.Namespace,
                    Labels = new(labels ?? [], StringComparer.Ordinal) { [HashLabel] = hash },
                    Annotations = owner.Metadata.Annotations,
                    OwnerReferences = [Pods.ControllerReference(owner)],
                },
                Data = DataOf(bytes),
                Revision = latest + 1,
            };
            try
            {
                return (await client.Resource<ControllerRevision>().CreateAsync(revision, cancel), collisions);
            }
            catch (ApiException e) when (e.IsAlreadyExists)
            {
                var there = await client.Resource<ControllerRevision>().GetAsync(revision.Metadata.Namespace, revision.Metadata.Name, cancel);
                if (there.IsControlledBy(owner) && ApiJson.Encode(TemplateOf(there)).AsSpan().SequenceEqual(bytes)) return (there, collisions);
                collisions++;
            }
        }
    }

    /// <summary>Deletes the oldest revisions beyond the limit that no one uses.</summary>
    public async Task TrimAsync(IReadOnlyList<ControllerRevision> revisions, IReadOnlySet<string> used, int limit, CancellationToken cancel)
    {
        var unused = revisions.Where(r => !used.Contains(r.Metadata.Name)).OrderBy(static r => r.Revision).ToList();
        foreach (var revision in unused.Take(Math.Max(0, unused.Count - limit)))
        {
            try
            {
                await client.Resource<ControllerRevision>().DeleteAsync(revision.Metadata.Namespace, revision.Metadata.Name, null, cancel);
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                // already gone
            }
        }
    }

    /// <summary>The hash in a revision's labels.</summary>
    public static string HashOf(ControllerRevision revision) => revision.Metadata.Labels?.GetValueOrDefault(HashLabel) ?? "";

    /// <summary>The template a revision keeps.</summary>
    public static PodTemplateSpec TemplateOf(ControllerRevision revision)
    {
        if (revision.Data is not { } data) return new();
        using var document = JsonDocument.Parse(data.Utf8);
        if (!document.RootElement.TryGetProperty("spec", out var spec) || !spec.TryGetProperty("template", out var template)) return new();
        return ApiJson.Decode<PodTemplateSpec>(Encoding.UTF8.GetBytes(template.GetRawText()));
    }

    /// <summary>The template as a strategic merge patch of the owner, which is what rolling back by hand applies.</summary>
    private static RawJson DataOf(byte[] template)
    {
        var text = Encoding.UTF8.GetString(template);
        return RawJson.Parse($"{{\"spec\":{{\"template\":{{\"$patch\":\"replace\"{(text.Length > 2 ? "," : "")}{text[1..]}}}}}");
    }

    private static string Cut(string name) => name.Length > 223 ? name[..223] : name;
}
