using System.Net;

namespace Tiphys.ApiServer;

/// <summary>The parts that every API server has whatever its options: printers, field management, discovery.</summary>
internal static class StandardParts
{
    public static void Add(ApiServerParts parts, KubeApiServerOptions options)
    {
        parts.FieldManager = new FieldManager();
        parts.Printers = TablePrinters.For;
        parts.Paths.Add(new DiscoveryHandler(parts.Served, new IPEndPoint(options.AdvertiseAddress, options.Server.SecurePort).ToString()));
        parts.Paths.Add(new OpenApiHandler(parts.Served));
        parts.Paths.Add(new VersionHandler(File.GetLastWriteTimeUtc(Environment.ProcessPath ?? "/")));
    }
}
