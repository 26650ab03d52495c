using System.Diagnostics;
using System.Net;
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
            var (latencies, elapsed) = await Put(channels, writers, TimeSpan.FromSeconds(5), 1);
            Report($"{server} puts: {writers,3} writers, 100 B   {Latencies.Describe(latencies, elapsed)}");
            foreach (var channel in channels)
                channel.Dispose();
        }
    }

    private static async Task<(Latencies[] Latencies, TimeSpan Elapsed)> Put(GrpcChannel[] channels, int writers, TimeSpan length, int round)
    {
        var latencies = Enumerable.Range(0, writers).Select(static _ => new Latencies()).ToArray();
        var value = ByteString.CopyFrom(new byte[100]);
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, writers).Select(w => Task.Run(async () =>
        {
            for (var i = 0; clock.Elapsed < length; i++)
            {
                var put = new PutRequest { Key = ByteString.CopyFromUtf8($"/registry/pods/ns-{round}-{w}/pod-{i / 2:d8}"), Value = value };
                var started = Stopwatch.GetTimestamp();
                await channels[w % channels.Length].UnaryAsync("/etcdserverpb.KV/Put", put, PutResponse.Parser, null, default);
                latencies[w].Add(started);
            }
        })));
        return (latencies, clock.Elapsed);
    }
}
