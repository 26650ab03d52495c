using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Tiphys.Storage.Etcd.Client;

namespace Tiphys.Storage.Tests.Etcd;

/// <summary>A member of a real etcd cluster on loopback; it goes with the test.</summary>
internal sealed partial class EtcdProcess : IDisposable
{
    // etcd gives up a request after five seconds and twice this, and grants no lease below one and a half times this: more of
    // the one, and still a second of the other.
    private static readonly TimeSpan s_singleElection = TimeSpan.FromMilliseconds(600);

    private static int s_ports = Environment.ProcessId * 97;
    private readonly string[] _arguments;
    private readonly TestDirectory _directory = new();
    private Process? _process;

    private EtcdProcess(string name, string clients, Uri server, string peers, string cluster, TimeSpan election, string? data, IEnumerable<string> more)
    {
        Server = server;
        Data = Path.Combine(data ?? _directory.Path, "data");
        var milliseconds = (int)election.TotalMilliseconds;
        _arguments =
        [
            "--name", name, "--data-dir", Data, "--listen-client-urls", clients, "--advertise-client-urls", clients,
            "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", cluster,
            "--heartbeat-interval", $"{milliseconds / 10}", "--election-timeout", $"{milliseconds}", "--max-txn-ops", "10000", "--log-level", "error", .. more,
        ];
        AppDomain.CurrentDomain.ProcessExit += OnExit;
    }

    /// <summary>The program, fetched by <c>./test</c>.</summary>
    public static string Program { get; } = Find();

    public Uri Server { get; private set; }

    /// <summary>The data directory.</summary>
    public string Data { get; }

    public int Id => _process!.Id;

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>A cluster of one, started; it loses what it wrote last when the machine fails, which no test does.</summary>
    public static Task<EtcdProcess> StartSingleAsync(params string[] more) => StartSingleOnAsync(null, more);

    /// <summary>The same on what lies in a folder under the name "data".</summary>
    public static async Task<EtcdProcess> StartSingleOnAsync(string? data, params string[] more)
    {
        var server = new Uri($"{(more.Contains("--client-cert-auth") ? "https" : "http")}://127.0.0.1:{FreePort()}");
        var peers = $"http://127.0.0.1:{FreePort()}";
        var etcd = new EtcdProcess("m0", server.GetLeftPart(UriPartial.Authority), server, peers, $"m0={peers}", s_singleElection, data, ["--unsafe-no-fsync", .. more]);
        etcd.Start();
        try
        {
            await Patience.UntilAsync(etcd.ListensAsync, $"etcd takes connections at {server}");
            return etcd;
        }
        catch
        {
            etcd.Dispose();
            throw;
        }
    }

    /// <summary>A member of a larger cluster that takes its clients on a Unix socket; not started yet.</summary>
    public static EtcdProcess OnUnixSocket(string name, string address, int peerPort, string cluster, string? data, string[] more)
    {
        // etcd takes no path, only a name in its working directory that looks like host and port.
        const string socket = "localhost:1";
        var etcd = new EtcdProcess(name, "unix://" + socket, new Uri("unix:///"), $"http://{address}:{peerPort}", cluster, TimeSpan.FromMilliseconds(500), data, more);
        etcd.Server = new Uri($"unix://{etcd._directory.Path}/{socket}");
        return etcd;
    }

    // etcd cannot be told to take any port. These are below those that the kernel gives to connections, and none comes twice.
    private static int FreePort()
    {
        while (true)
        {
            var port = 10_000 + (Interlocked.Increment(ref s_ports) % 20_000);
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it.
            }
        }
    }

    /// <summary>Starts the member, again after it was killed; through another program if one is given, such as one that changes the network namespace.</summary>
    public void Start(params string[] through)
    {
        string[] line = [.. through, Program, .. _arguments];
        var start = new ProcessStartInfo(line[0], line[1..]) { RedirectStandardError = true, RedirectStandardOutput = true, WorkingDirectory = _directory.Path };
        _process = Process.Start(start)!;
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    /// <summary>Ends the member as a crash would.</summary>
    public void Kill()
    {
        if (_process is not { HasExited: false }) return;
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Stops the member in its tracks; its connections stay open and silent.</summary>
    public void Pause() => Assert.Equal(0, Signal(_process!.Id, 19));

    public void Resume() => Assert.Equal(0, Signal(_process!.Id, 18));

    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        Kill();
        _process?.Dispose();
        _directory.Dispose();
    }

    private async Task<bool> ListensAsync()
    {
        Assert.True(IsRunning, "etcd has ended");
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, Server.Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void OnExit(object? sender, EventArgs e) => _process?.Kill();

    private static string Find()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Tiphys.slnx"))) directory = directory.Parent!;
        var path = Path.Combine(directory.FullName, ".cache", "etcd", "etcd");
        return File.Exists(path) ? path : throw new InvalidOperationException($"{path} is missing; ./test fetches it");
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int pid, int signal);
}

/// <summary>Stores for the behaviour tests, each on a fresh etcd.</summary>
public sealed class EtcdFixture : Behaviour.StoreFixture
{
    private readonly List<EtcdProcess> _processes = [];

    public override bool IsLocal => false;

    public override async Task<IStore> OpenAsync()
    {
        var etcd = await EtcdProcess.StartSingleAsync();
        _processes.Add(etcd);
        return await PatientClient.OpenAsync(etcd.Server);
    }

    public override Task PassAsync(TimeSpan time) => Task.Delay(time);

    public override void Dispose() => _processes.ForEach(static p => p.Dispose());
}

public sealed class EtcdCasTests() : Behaviour.CasTests(new EtcdFixture());

public sealed class EtcdTxnTests() : Behaviour.TxnTests(new EtcdFixture());

public sealed class EtcdRangeTests() : Behaviour.RangeTests(new EtcdFixture());

public sealed class EtcdWatchTests() : Behaviour.WatchTests(new EtcdFixture());

public sealed class EtcdLeaseTests() : Behaviour.LeaseTests(new EtcdFixture());

public sealed class EtcdCompactionTests() : Behaviour.CompactionTests(new EtcdFixture());
