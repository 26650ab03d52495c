using System.Globalization;

namespace Tiphys.Server;

/// <summary>
/// Everything a cluster keeps lies below one directory, so that several clusters can live side by side. Its <c>version</c>
/// file says who may open it.
/// </summary>
internal sealed class DataDirectory
{
    /// <summary>Raised when older programs can no longer read what newer ones write.</summary>
    private const int FormatVersion = 1;

    private DataDirectory(string path) => Root = path;

    /// <summary>The directory.</summary>
    public string Root { get; }

    /// <summary>The embedded store.</summary>
    public string Store => StoreOf(Root);

    /// <summary>Snapshots of the store.</summary>
    public string Snapshots => SnapshotsOf(Root);

    /// <summary>When snapshots are made, if an operator has set it.</summary>
    public string SnapshotPlan => SnapshotPlanOf(Root);

    /// <summary>Certificates and keys.</summary>
    public string Pki => Path.Combine(Root, "server", "pki");

    /// <summary>What the server last ran with; see <see cref="Joining.ServerRecord"/>.</summary>
    public string ServerRecord => ServerRecordOf(Root);

    /// <summary>The node agent's state.</summary>
    public string Agent => Path.Combine(Root, "agent");

    /// <summary>Certificates of a node that joined, as kubelets call the place.</summary>
    public string AgentCertificates => Path.Combine(Agent, "kubelet", "pki");

    /// <summary>Kubeconfig with the identity of a node that joined; that it exists means that the node has joined.</summary>
    public string AgentKubeconfig => Path.Combine(Agent, "kubelet.kubeconfig");

    /// <summary>How the components of the running process do.</summary>
    public string ComponentStates => Path.Combine(Root, "components.json");

    /// <summary>The administrator's kubeconfig.</summary>
    public string AdminKubeconfig => Path.Combine(Root, "server", "kubeconfig.yaml");

    /// <summary>Whether a directory holds a cluster's data, and may be purged as such.</summary>
    public static bool IsOne(string path) => File.Exists(Path.Combine(path, "version")) && (Directory.Exists(Path.Combine(path, "server")) || Directory.Exists(Path.Combine(path, "agent")));

    /// <summary>The store below a data directory that need not exist.</summary>
    public static string StoreOf(string root) => Path.Combine(Path.GetFullPath(root), "server", "db");

    /// <summary>The snapshots: beside the store, so that restoring or repairing it leaves them where they are.</summary>
    public static string SnapshotsOf(string root) => Path.Combine(Path.GetFullPath(root), "server", "snapshots");

    /// <summary>The schedule's file.</summary>
    public static string SnapshotPlanOf(string root) => Path.Combine(Path.GetFullPath(root), "server", "snapshot-schedule.json");

    /// <summary>What a server last ran with, below a data directory that need not exist.</summary>
    public static string ServerRecordOf(string root) => Path.Combine(Path.GetFullPath(root), "server", "server.json");

    /// <summary>Opens or makes a data directory.</summary>
    /// <exception cref="StartException">It belongs to a newer version, or cannot be used.</exception>
    public static DataDirectory Open(string path)
    {
        var root = Path.GetFullPath(path);
        try
        {
            Directory.CreateDirectory(root);
            var version = Path.Combine(root, "version");
            if (!File.Exists(version)) File.WriteAllText(version, FormatVersion.ToString(CultureInfo.InvariantCulture) + "\n");
            var found = File.ReadAllText(version).Trim();
            if (!int.TryParse(found, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                throw new StartException($"{version} holds \"{found}\" instead of a format version; restore the file, or use another --data-dir.");
            if (number > FormatVersion)
                throw new StartException($"{root} was written by a newer tiphys (data format {number}, this one knows {FormatVersion}); use that version, or another --data-dir.");
            return new DataDirectory(root);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"the data directory {root} cannot be used: {e.Message}");
        }
    }
}

/// <summary>A start that cannot succeed; the message tells the user what to do, and is all he is shown.</summary>
internal sealed class StartException(string message) : Exception(message);
