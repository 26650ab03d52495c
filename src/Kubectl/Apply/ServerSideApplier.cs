using System.Net;
using Tiphys.Client;
using Tiphys.Kubectl.CommandLine;
using Tiphys.Kubectl.Resources;

namespace Tiphys.Kubectl.Apply;

/// <summary>Server-side apply: the configuration goes to the server as it is. Objects of client-side apply are taken over.</summary>
internal sealed class ServerSideApplier(CommandContext context, ApplyFlags flags) : IApplier
{
    private const string Advice =
        """

        Please review the fields above--they currently have other managers. Here
        are the ways you can resolve this warning:
        * If you intend to manage all of these fields, please re-run the apply
          command with the `--force-conflicts` flag.
        * If you do not intend to manage all of the fields, please edit your
          manifest to remove references to the fields that should keep their
          current managers.
        * You may co-own fields by updating your manifest to match the existing
          value; in this case, you'll become the manager if the other manager(s)
          stop managing the field (remove it from their configuration).
        See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts
        """;

    private readonly ResourceApi _api = new(context.Cluster.Client);

    public async Task<string> ApplyAsync(ResourceInfo info, CancellationToken cancel)
    {
        var configuration = Json.Bytes(info.Object);
        var path = info.Path(flags.Subresource.Value) + flags.Parameters + (flags.ForceConflicts.Value ? "&force=true" : "&force=false");
        try
        {
            info.Refresh(await _api.PatchAsync(path, PatchType.Apply, configuration, cancel));
        }
        catch (ApiException e) when (e.Code == HttpStatusCode.UnsupportedMediaType)
        {
            throw new KubectlException($"Server-side apply not available on the server: ({e.Message})");
        }
        catch (ApiException e) when (e.IsConflict)
        {
            throw new KubectlException(e.Message + Advice.ReplaceLineEndings("\n"));
        }

        await TakeOverAsync(info, path, configuration, cancel);
        DeletionWarning.Print(context, info.Object!);
        return "serverside-applied";
    }

    /// <summary>Makes the fields that client-side apply set ours; that it fails harms nothing.</summary>
    private async Task TakeOverAsync(ResourceInfo info, string path, byte[] configuration, CancellationToken cancel)
    {
        if (flags.Subresource.Value.Length > 0) return;
        var migration = new ManagerMigration(_api, flags);
        if (!await TryAsync("failed to migrate kubectl.kubernetes.io/last-applied-configuration for Server-Side Apply", () => migration.KeepAnnotationAsync(info, cancel))) return;
        var moved = false;
        if (!await TryAsync("server rejected managed fields migration to Server-Side Apply", async () => moved = await migration.MoveFieldsAsync(info, cancel)) || !moved) return;
        await TryAsync("failed to re-apply configuration after performing Server-Side Apply migration", async () => info.Refresh(await _api.PatchAsync(path, PatchType.Apply, configuration, cancel)));
    }

    private async Task<bool> TryAsync(string failure, Func<Task> action)
    {
        try
        {
            await action();
            return true;
        }
        catch (Exception e) when (e is ApiException or HttpRequestException)
        {
            context.Error.WriteLine($"Warning: {failure}. This is non-fatal and will be retried next time you apply. Error: {e.Message}");
            return false;
        }
    }
}
