using Tiphys.Api;
using System.CommandLine;
using System.Globalization;
using Tiphys.Controllers;
using Tiphys.Joining;
using Tiphys.Server;
using Tiphys.Storage;
using Tiphys.Storage.Embedded.Snapshots;
using Tiphys.Storage.Maintenance;

namespace Tiphys.Commands;

/// <summary>
/// <c>tiphys etcd</c>: the store as a server, and backup, restore and repair of it in the manner of etcdctl, etcdutl and k3s.
/// </summary>
internal static class EtcdCommands
{
    public static Command Create()
    {
        var command = new Command("etcd", "Serve the store over etcd's v3 API; back up, restore and repair it.")
        {
            new Command("snapshot", "Save, verify and restore snapshots of the store.") { Save(), Restore(), Status(), List(), Schedule() },
            Repair(),
            EtcdMigrateCommand.Create(),
        };
        EtcdServerCommand.AddTo(command);
        return command;
    }

    private static Command Save()
    {
        var dataDir = Flags.DataDir();
        var file = new Argument<string?>("file") { Description = "Where to save it; a new file among the scheduled snapshots by default.", Arity = ArgumentArity.ZeroOrOne };
        var output = Output();
        var command = new Command("save", "Save a verified snapshot of the store, whether its server runs or not.") { file, dataDir, output };
        command.SetAction((result, cancel) => GuardAsync(async () =>
        {
            var root = EmbeddedRoot(result.GetValue(dataDir)!, "save that with etcdctl snapshot save");
            var path = Path.GetFullPath(result.GetValue(file) ?? Folder(root).NewPath(SnapshotFolder.OnDemand));
            var info = await StoreMaintenance.SaveSnapshotAsync(DataDirectory.StoreOf(root), path, cancel);
            Console.WriteLine($"Snapshot saved at {path}");
            Console.Write(SnapshotOutput.Write(info, result.GetValue(output)!));
        }));
        return command;
    }

    private static Command Restore()
    {
        var dataDir = Flags.DataDir();
        var file = new Argument<string>("file") { Description = "The snapshot." };
        var bump = new Option<long>("--bump-revision")
        {
            Description = "How far to raise the revision, so that no client takes a new one for one it knows; 0 for a store exactly at the snapshot's.",
            DefaultValueFactory = static _ => SnapshotFile.DefaultRevisionBump,
        };
        bump.Validators.Add(static result =>
        {
            if (result.Tokens.Count > 0 && long.TryParse(result.Tokens[0].Value, out var value) && value < 0) result.AddError("--bump-revision: a revision never goes back");
        });
        var command = new Command("restore", "Make the store of a data directory out of a snapshot. The directory must not have a store.") { file, dataDir, bump };
        command.SetAction((result, _) => GuardAsync(() =>
        {
            var root = result.GetValue(dataDir)!;
            var store = DataDirectory.StoreOf(root);
            var info = SnapshotFile.Restore(result.GetValue(file)!, store, result.GetValue(bump));
            KeptEtcd.Forget(root);
            Console.WriteLine($"Restored {info.TotalKeys} keys at revision {info.Revision + result.GetValue(bump)} to {store}");
            return Task.CompletedTask;
        }));
        return command;
    }

    private static Command Status()
    {
        var file = new Argument<string>("file") { Description = "The snapshot." };
        var output = Output();
        var command = new Command("status", "Verify a snapshot to the last byte and say what it holds.") { file, output };
        command.SetAction((result, _) => GuardAsync(() =>
        {
            Console.Write(SnapshotOutput.Write(SnapshotFile.Inspect(result.GetValue(file)!), result.GetValue(output)!));
            return Task.CompletedTask;
        }));
        return command;
    }

    private static Command List()
    {
        var dataDir = Flags.DataDir();
        var command = new Command("ls", "List the snapshots of a data directory, the oldest first.") { dataDir };
        command.Aliases.Add("list");
        command.SetAction((result, _) => GuardAsync(() =>
        {
            Console.WriteLine($"{"Name",-50} {"Size",-10} Created");
            foreach (var entry in Folder(result.GetValue(dataDir)!).List())
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{entry.Name,-50} {SnapshotOutput.Size(entry.Size),-10} {entry.Created:yyyy-MM-ddTHH:mm:ssZ}"));
            return Task.CompletedTask;
        }));
        return command;
    }

    private static Command Schedule()
    {
        var dataDir = Flags.DataDir();
        var cron = SnapshotFlags.Cron("--cron");
        var retention = SnapshotFlags.Retention("--retention");
        var directory = new Option<string?>("--dir") { Description = "Folder of snapshots." };
        var disable = new Option<bool>("--disable") { Description = "Make no snapshots by the clock." };
        var enable = new Option<bool>("--enable") { Description = "Make snapshots again." };
        var reset = new Option<bool>("--reset") { Description = "Forget what was set; the server's flags hold again." };
        var command = new Command("schedule", "Show or change when snapshots are made; a running server follows within half a minute.") { dataDir, cron, retention, directory, disable, enable, reset };
        command.SetAction((result, _) => GuardAsync(() =>
        {
            if (result.GetValue(enable) && result.GetValue(disable)) throw new StartException("--enable and --disable contradict each other.");
            var root = EmbeddedRoot(result.GetValue(dataDir)!, "snapshots of that are made by etcdctl and a timer of your own");
            var file = DataDirectory.SnapshotPlanOf(root);
            if (result.GetValue(reset)) File.Delete(file);
            var plan = Plan(root);
            var wanted = new SnapshotPlan(
                Flags.IsGiven(result.GetResult(cron)) ? result.GetValue(cron)! : plan.Cron,
                Flags.IsGiven(result.GetResult(retention)) ? result.GetValue(retention) : plan.Retention,
                result.GetValue(directory) is { } folder ? Path.GetFullPath(folder) : plan.Directory,
                result.GetValue(disable) || (plan.Disabled && !result.GetValue(enable)));
            if (wanted != plan) wanted.Save(file);
            var next = wanted.Disabled ? "never" : CronSchedule.Parse(wanted.Cron, TimeZoneInfo.Local).Next(TimeProvider.System.GetUtcNow())?.ToLocalTime().ToString("yyyy-MM-dd HH:mm zzz", CultureInfo.InvariantCulture) ?? "never";
            var last = new SnapshotFolder(wanted.Directory, Environment.MachineName, TimeProvider.System).List() is [.., var newest] ? newest.Path : "none yet";
            Console.WriteLine($"schedule:   {wanted.Cron}{(wanted.Disabled ? " (disabled)" : "")}\nretention:  {wanted.Retention}\nfolder:     {wanted.Directory}\nnext:       {next}\nnewest:     {last}");
            if (!File.Exists(file)) Console.WriteLine("These are the defaults: flags given to the server may say otherwise.");
            return Task.CompletedTask;
        }));
        return command;
    }

    private static Command Repair()
    {
        var dataDir = Flags.DataDir();
        var accept = new Option<bool>("--accept-loss") { Description = "Replace the damaged store by what can be saved of it; without this nothing is changed." };
        var command = new Command("repair", "Say what of a damaged store can be saved, and save it. Restoring a snapshot is better where there is one.") { dataDir, accept };
        command.SetAction((result, _) => GuardAsync(() =>
        {
            var store = DataDirectory.StoreOf(result.GetValue(dataDir)!);
            var report = result.GetValue(accept) ? StoreRepair.Apply(store, TimeProvider.System) : StoreRepair.Inspect(store);
            Console.Write(SnapshotOutput.Write(report));
            return Task.CompletedTask;
        }));
        return command;
    }

    /// <summary>The data directory of a server, if its objects are in its own store: what may lie there from before is not the cluster.</summary>
    private static string EmbeddedRoot(string root, string instead)
    {
        if (!Directory.Exists(root)) throw new StartException($"there is no data directory {root}: name the server's with --data-dir.");
        if (ServerRecord.TryRead(DataDirectory.ServerRecordOf(root))?.Etcd is { } etcd)
            throw new StartException($"the server of {root} keeps its objects in the etcd at {string.Join(", ", etcd.Servers)}: {instead}.");
        return root;
    }

    private static SnapshotPlan Plan(string root) => SnapshotPlan.Load(
        DataDirectory.SnapshotPlanOf(root), new SnapshotPlan(SnapshotPlan.DefaultCron, SnapshotPlan.DefaultRetention, DataDirectory.SnapshotsOf(root), Disabled: false));

    private static SnapshotFolder Folder(string root) => new(Plan(root).Directory, Environment.MachineName.ToLowerInvariant(), TimeProvider.System);

    private static Option<string> Output()
    {
        var option = Flags.Choice("-w", "Form of the output: table, json, fields, simple.", "table", ["table", "json", "fields", "simple"]);
        option.Aliases.Add("--write-out");
        return option;
    }

    /// <summary>Says failures that the operator can mend in one sentence.</summary>
    internal static async Task GuardAsync(Func<Task> run)
    {
        try
        {
            await run();
        }
        catch (Exception e) when (e is StoreException or IOException or UnauthorizedAccessException)
        {
            throw new StartException(e.Message);
        }
        catch (ArgumentException e) when (e.ParamName == "path")
        {
            throw new StartException("a file or directory is named by an empty text");
        }
    }
}
