using System.Text.Json.Nodes;
using Tiphys.Client;
using Tiphys.Kubectl.CommandLine;
using Tiphys.Kubectl.Resources;

namespace Tiphys.Kubectl.Delete;

/// <summary>Waits until deleted objects are gone, or others have taken their names.</summary>
internal sealed class DeletionWait(KubernetesClient client, TimeProvider time)
{
    private static readonly TimeSpan s_ever = TimeSpan.FromDays(7);

    /// <summary>Waits for one after the other, all within the time given.</summary>
    /// <exception cref="KubectlException">It is over.</exception>
    public async Task RunAsync(IEnumerable<(ResourceInfo Info, string Uid)> objects, TimeSpan timeout, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(timeout == TimeSpan.Zero ? s_ever : timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        foreach (var (info, uid) in objects)
        {
            try
            {
                while (!await IsGoneAsync(info, uid, either.Token))
                {
                    // The watch ended before the object did: look again.
                }
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                throw new KubectlException($"timed out waiting for the condition on {info.ObjectName}");
            }
            catch (ApiException e) when (e.IsForbidden || e.Status.Reason == "MethodNotAllowed")
            {
                // Whoever may not look has deleted all the same.
                return;
            }
        }
    }

    private async Task<bool> IsGoneAsync(ResourceInfo info, string uid, CancellationToken cancel)
    {
        JsonObject item;
        try
        {
            item = await new ResourceApi(client).GetAsync(info.Path(), cancel);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return true;
        }

        if (uid.Length > 0 && Json.Text(item, "metadata", "uid") != uid) return true;
        var selector = Uri.EscapeDataString($"metadata.name={info.Name}");
        using var response = await client.SendAsync(HttpMethod.Get, $"{info.Resource.Path(info.Namespace)}?watch=true&fieldSelector={selector}&resourceVersion={Json.ResourceVersion(item)}", null, null, cancel);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancel));
        try
        {
            while (await lines.ReadLineAsync(cancel) is { } line)
            {
                var type = line.Length == 0 ? "" : Json.Text(JsonNode.Parse(line), "type");
                if (type == "DELETED") return true;
                if (type == "ERROR") return false;
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            // The connection broke; the next look makes a new one.
        }

        return false;
    }
}
