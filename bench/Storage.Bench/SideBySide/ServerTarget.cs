using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Google.Protobuf;
using Tiphys.Grpc;
using Tiphys.Storage.Etcd.V3;

namespace Tiphys.Storage.Bench.SideBySide;

/// <summary>A server of etcd's API in a process of its own, called over gRPC without TLS.</summary>
internal sealed class ServerTarget : ITarget
{
    // As etcd's own benchmark is commonly run: clients share connections.
    private const int Connections = 8;

    private readonly string _program;
    private readonly string[] _arguments;
    private readonly IPEndPoint _address;
    private GrpcChannel[] _channels = [];
    private Process? _process;

    private ServerTarget(string name, string program, IPEndPoint address, string[] arguments) => (Name, _program, _address, _arguments) = (name, program, address, arguments);

    public string Name { get; }

    /// <summary>Our store as a server.</summary>
    public static ServerTarget Tiphys(string program, string directory)
    {
        var address = FreeAddress();
        return new ServerTarget("tiphys etcd", program, address, ["etcd", "--data-dir", Path.Combine(directory, "tiphys-etcd"), "--listen-client-urls", $"http://{address}", "--log-level", "error"]);
    }

    /// <summary>A cluster of one, with what it takes to be durable: nothing is switched off.</summary>
    public static ServerTarget Etcd(string program, string directory)
    {
        var (address, peers) = (FreeAddress(), FreeAddress());
        return new ServerTarget("etcd", program, address,
        [
            "--name", "m0", "--data-dir", Path.Combine(directory, "etcd"), "--listen-client-urls", $"http://{address}", "--advertise-client-urls", $"http://{address}", "--listen-peer-urls", $"http://{peers}",
            "--initial-advertise-peer-urls", $"http://{peers}", "--initial-cluster", $"m0=http://{peers}", "--quota-backend-bytes", "8000000000", "--log-level", "error",
        ]);
    }

    public async Task StartAsync()
    {
        _process = Process.Start(new ProcessStartInfo(_program, _arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        _channels = [.. Enumerable.Range(0, Connections).Select(_ => new GrpcChannel(_address))];
        while (true)
        {
            try
            {
                await _channels[0].UnaryAsync("/etcdserverpb.KV/Range", new Etcd.V3.RangeRequest { Key = ByteString.CopyFromUtf8("k") }, RangeResponse.Parser, TimeSpan.FromSeconds(10), default);
                return;
            }
            catch (GrpcException) when (!_process.HasExited)
            {
                await Task.Delay(2);
            }
        }
    }

    public async Task StopAsync()
    {
        foreach (var channel in _channels) channel.Dispose();
        if (_process is null) return;
        using (var kill = Process.Start("/bin/kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)])) await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    public async ValueTask PutAsync(int writer, byte[] key, byte[] value)
    {
        var put = new PutRequest { Key = UnsafeByteOperations.UnsafeWrap(key), Value = UnsafeByteOperations.UnsafeWrap(value) };
        await _channels[writer % _channels.Length].UnaryAsync("/etcdserverpb.KV/Put", put, PutResponse.Parser, null, default);
    }

    public async Task CompactAsync()
    {
        var now = await _channels[0].UnaryAsync("/etcdserverpb.KV/Range", new Etcd.V3.RangeRequest { Key = ByteString.CopyFromUtf8("k") }, RangeResponse.Parser, null, default);
        await _channels[0].UnaryAsync("/etcdserverpb.KV/Compact", new CompactionRequest { Revision = now.Header.Revision, Physical = true }, CompactionResponse.Parser, null, default);
    }

    // What is mapped of files is the kernel's to take back; bbolt's database is such a file.
    public long Memory()
    {
        var line = File.ReadLines($"/proc/{_process!.Id}/status").First(static l => l.StartsWith("RssAnon", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
    }

    public TimeSpan ProcessorTime()
    {
        _process!.Refresh();
        return _process.TotalProcessorTime;
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private static IPEndPoint FreeAddress()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = (IPEndPoint)listener.LocalEndpoint;
        listener.Stop();
        return address;
    }
}
