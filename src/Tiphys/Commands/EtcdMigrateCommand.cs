using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Tiphys.Joining;
using Tiphys.Server;
using Tiphys.Storage;
using Tiphys.Storage.Embedded;
using Tiphys.Storage.Maintenance;

namespace Tiphys.Commands;

/// <summary><c>tiphys etcd migrate</c>: from the embedded store to an etcd cluster, or back.</summary>
internal static class EtcdMigrateCommand
{
    public static Command Create()
    {
        var dataDir = Flags.DataDir();
        var to = Flags.Choice("--to", "Where the objects shall go: etcd or embedded.", "etcd", ["etcd", "embedded"]);
        var empty = new Option<bool>("--allow-empty") { Description = "Go on when there is nothing to copy; otherwise that is taken for a wrong place or prefix." };
        var etcd = new EtcdFlags();
        var command = new Command("migrate", "Copy all objects from the embedded store to an etcd cluster or back, and compare. All servers must be stopped.") { dataDir, to, empty };
        foreach (var option in etcd.All) command.Options.Add(option);
        command.Validators.Add(etcd.Check);
        command.SetAction((result, cancel) => EtcdCommands.GuardAsync(async () =>
        {
            var settings = etcd.Settings(result) ?? throw new StartException("name the etcd cluster with --etcd-servers");
            var path = DataDirectory.StoreOf(result.GetValue(dataDir)!);
            var toEtcd = result.GetValue(to) == "etcd";
            if (toEtcd && !Directory.Exists(path)) throw new StartException($"there is no store in {path}: name the server's --data-dir");
            await using var remote = await (settings with { CompactionInterval = null }).OpenAsync(NullLogger.Instance, cancel);
            var allowEmpty = result.GetValue(empty);
            var count = toEtcd ? await OutAsync(path, remote, allowEmpty, cancel) : await StoreMigration.CopyToDirectoryAsync(remote, path, allowEmpty, cancel);
            if (!toEtcd) KeptEtcd.Forget(result.GetValue(dataDir)!);
            Console.WriteLine($"Copied and compared {count} objects to {(toEtcd ? string.Join(", ", settings.Servers) : path)}");
        }));
        return command;
    }

    private static async Task<long> OutAsync(string path, IStore remote, bool allowEmpty, CancellationToken cancel)
    {
        await using var local = EmbeddedStore.Open(new EmbeddedStoreOptions { DataDirectory = path, HistoryWindow = null });
        return await StoreMigration.CopyAsync(local, remote, allowEmpty, cancel);
    }
}
