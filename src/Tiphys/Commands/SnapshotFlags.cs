using Tiphys.Api;
using System.CommandLine;
using Tiphys.Controllers;
using Tiphys.Server;
using Tiphys.Storage.Maintenance;

namespace Tiphys.Commands;

/// <summary>The flags of scheduled snapshots, named as k3s names them.</summary>
internal sealed class SnapshotFlags
{
    private readonly Option<string> _cron = Cron("--etcd-snapshot-schedule-cron");
    private readonly Option<int> _retention = Retention("--etcd-snapshot-retention");
    private readonly Option<string?> _directory = new("--etcd-snapshot-dir") { Description = "Folder of snapshots; server/snapshots below --data-dir by default." };
    private readonly Option<bool> _disabled = new("--etcd-disable-snapshots") { Description = "Make no snapshots by the clock." };

    public IEnumerable<Option> All => [_cron, _retention, _directory, _disabled];

    public SnapshotPlan Plan(ParseResult result, string dataDir) => new(
        result.GetValue(_cron)!, result.GetValue(_retention), Path.GetFullPath(result.GetValue(_directory) ?? DataDirectory.SnapshotsOf(dataDir)), result.GetValue(_disabled));

    public static Option<string> Cron(string name)
    {
        var option = new Option<string>(name) { Description = "When to save a snapshot of the store, in cron's notation.", DefaultValueFactory = static _ => SnapshotPlan.DefaultCron };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 0) return;
            try
            {
                _ = CronSchedule.Parse(result.Tokens[0].Value, TimeZoneInfo.Local);
            }
            catch (FormatException e)
            {
                result.AddError($"{name}: {e.Message}");
            }
        });
        return option;
    }

    public static Option<int> Retention(string name)
    {
        var option = new Option<int>(name) { Description = "How many scheduled snapshots to keep.", DefaultValueFactory = static _ => SnapshotPlan.DefaultRetention };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[0].Value, out var value) && value < 1) result.AddError($"{name}: at least one snapshot is kept; use --etcd-disable-snapshots to make none");
        });
        return option;
    }
}
