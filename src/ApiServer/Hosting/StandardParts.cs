using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>The parts that every API server has whatever its options: printers, field management, discovery.</summary>
internal static class StandardParts
{
    public static void Add(ApiServerParts parts, KubeApiServerOptions options)
    {
        parts.FieldManager = new UntrackedFields();
        parts.Printers = TablePrinters.For;
        parts.Paths.Add(new DiscoveryHandler(parts.Served, $"{options.AdvertiseAddress}:{options.Server.SecurePort}"));
        parts.Paths.Add(new OpenApiHandler(parts.Served));
        parts.Paths.Add(new VersionHandler(File.GetLastWriteTimeUtc(Environment.ProcessPath ?? "/")));
    }
}

/// <summary>Keeps no managedFields.</summary>
internal sealed class UntrackedFields : IFieldManager
{
    public byte[] Apply(IKubernetesObject live, ReadOnlyMemory<byte> configuration, string manager, string subresource, bool force) =>
        throw ApiErrors.UnsupportedMediaType([Client.PatchType.Json, Client.PatchType.Merge, Client.PatchType.StrategicMerge]);

    public void Created(IKubernetesObject item, WriteContext context, DateTimeOffset now) { }

    public void Updated(IKubernetesObject item, IKubernetesObject old, WriteContext context, DateTimeOffset now) { }
}
