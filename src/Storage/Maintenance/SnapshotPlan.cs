using System.Text.Json;
using System.Text.Json.Serialization;
using Tiphys.Storage.Embedded.Log;

namespace Tiphys.Storage.Maintenance;

/// <summary>When snapshots are made by themselves, how many are kept, and where.</summary>
/// <param name="Cron">The schedule in cron's notation (k3s: <c>--etcd-snapshot-schedule-cron</c>).</param>
/// <param name="Retention">Scheduled snapshots kept (<c>--etcd-snapshot-retention</c>).</param>
/// <param name="Directory">The folder (<c>--etcd-snapshot-dir</c>).</param>
/// <param name="Disabled">No snapshots are made (<c>--etcd-disable-snapshots</c>).</param>
public sealed record SnapshotPlan(string Cron, int Retention, string Directory, bool Disabled)
{
    /// <summary>k3s's default: noon and midnight.</summary>
    public const string DefaultCron = "0 */12 * * *";

    /// <summary>k3s's default.</summary>
    public const int DefaultRetention = 5;

    /// <summary>Reads the plan an operator has set; the given one when there is none.</summary>
    /// <exception cref="StoreOpenException">The file cannot be understood.</exception>
    public static SnapshotPlan Load(string path, SnapshotPlan otherwise)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllText(path), SnapshotPlanJson.Default.SnapshotPlan) ?? otherwise : otherwise;
        }
        catch (JsonException e)
        {
            throw new StoreOpenException($"{path} holds no snapshot schedule ({e.Message}): set it anew with `tiphys etcd snapshot schedule`", e);
        }
    }

    /// <summary>Sets the plan; a running server follows it within half a minute.</summary>
    public void Save(string path)
    {
        var temporary = path + ".tmp";
        Permissions.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using (var stream = Permissions.Open(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            stream.Write(JsonSerializer.SerializeToUtf8Bytes(this, SnapshotPlanJson.Default.SnapshotPlan));
            stream.Flush(flushToDisk: true);
        }
        File.Move(temporary, path, overwrite: true);
    }
}

/// <summary>The plan's file, without reflection.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SnapshotPlan))]
internal sealed partial class SnapshotPlanJson : JsonSerializerContext;
