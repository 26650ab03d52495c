using System.Text;
using Tiphys.Client;
using Tiphys.Server;

namespace Tiphys.Joining;

/// <summary>
/// Has a server go on with the etcd it last ran with, as its record says: a start that forgot the flags would otherwise begin another
/// cluster in an empty embedded store. Flags come before the record.
/// </summary>
internal static class KeptEtcd
{
    /// <summary>The options with the etcd of the last start, unless they say otherwise.</summary>
    public static ServerOptions Apply(ServerOptions options, ServerRecord? last)
    {
        if (last is not { Etcd: { } etcd, EtcdIsShared: false }) return options;

        // Given without a member it asks for the embedded store, or for the cluster's way to etcd.
        if (options.Etcd is null && options.Given.Contains("--etcd-servers")) return options;
        return options with { Etcd = etcd.Under(options) };
    }

    /// <summary>Refuses flags that say how to reach an etcd when there is none: ignored, they would hide a store in the wrong place.</summary>
    /// <exception cref="StartException">There is such a flag.</exception>
    public static void Check(ServerOptions options)
    {
        if (options.Etcd is not null) return;
        if (options.Given.Order(StringComparer.Ordinal).FirstOrDefault(IsOfEtcd) is { } flag)
            throw new StartException($"{flag} is for objects in an etcd, and this server's are in the embedded store: name the etcd with --etcd-servers, or leave the flag out.");
    }

    /// <summary>Has the server of a data directory go on with the embedded store, into which its objects have been brought.</summary>
    public static void Forget(string dataDir)
    {
        var path = DataDirectory.ServerRecordOf(dataDir);
        if (ServerRecord.TryRead(path) is { Etcd: not null } record) WholeFile.WritePrivate(path, Encoding.UTF8.GetString((record with { Etcd = null }).ToJson()));
    }

    private static bool IsOfEtcd(string flag) =>
        flag is "--etcd-prefix" or "--etcd-cafile" or "--etcd-certfile" or "--etcd-keyfile" or "--etcd-compaction-interval" or "--etcd-healthcheck-timeout" or "--etcd-readycheck-timeout";
}
