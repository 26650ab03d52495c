using System.Globalization;
using System.Net;
using System.Text;
using Google.Protobuf;
using Tiphys.Grpc;
using Tiphys.Storage.Etcd.V3;

namespace Tiphys.Storage.Bench;

/// <summary>Puts over gRPC, to any server of etcd's API.</summary>
internal static partial class Scenarios
{
    // As etcd's own benchmark is commonly run: clients share connections.
    private const int WritersPerConnection = 8;

    public static async Task Grpc(Uri server)
    {
        foreach (var writers in new[] { 1, 8, 64 })
        {
            var channels = Enumerable.Range(0, (writers + WritersPerConnection - 1) / WritersPerConnection)
                .Select(_ => new GrpcChannel(new IPEndPoint(IPAddress.Parse(server.Host), server.Port))).ToArray();
            await Put(channels, writers, TimeSpan.FromSeconds(2), 0);
            Report($"{server} puts: {writers,3} writers, 100 B   {await Put(channels, writers, TimeSpan.FromSeconds(5), 1)}");
            foreach (var channel in channels)
                channel.Dispose();
        }
    }

    private static Task<Run> Put(GrpcChannel[] channels, int writers, TimeSpan length, int round)
    {
        var value = ByteString.CopyFrom(new byte[100]);
        return new Writers(
            writers,
            (w, i) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"/registry/pods/ns-{round}-{w}/pod-{i / 2:d8}")),
            async (w, key) => await channels[w % channels.Length].UnaryAsync(
                "/etcdserverpb.KV/Put", new PutRequest { Key = UnsafeByteOperations.UnsafeWrap(key), Value = value }, PutResponse.Parser, null, default)).RunAsync(length);
    }
}
