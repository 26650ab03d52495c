using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Tiphys.EndToEnd.Tests;

/// <summary>Programs on loopback without nodes: control planes, and the stores they keep their objects in.</summary>
internal sealed class LoopbackControlPlane : IAsyncDisposable
{
    private readonly List<Process> _running = [];
    private readonly Dictionary<string, Place> _places = [];

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("tiphys-loop-").FullName;

    /// <summary>Debian's etcd, or another of its programs.</summary>
    public static string Etcd(string program)
    {
        var path = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(Cluster.Kubectl("sid"))))!, "etcd", program);
        Assert.True(File.Exists(path), $"{path} is missing; ./test fetches it");
        return path;
    }

    /// <summary>Flags of a server that is a client of an etcd with certificates.</summary>
    public static string[] EtcdFlags(TestCertificates tls) => ["--etcd-cafile", tls.Authority, "--etcd-certfile", tls.Client + ".crt", "--etcd-keyfile", tls.Client + ".key"];

    /// <summary>Flags of an etcd that has a certificate and demands its clients'.</summary>
    public static string[] ServingFlags(TestCertificates tls) => ["--cert-file", tls.Server + ".crt", "--key-file", tls.Server + ".key", "--client-cert-auth", "--trusted-ca-file", tls.Authority];

    public static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(static _ => new TcpListener(IPAddress.Any, 0)).ToArray();
        foreach (var l in listeners) l.Start();
        var ports = listeners.Select(static l => ((IPEndPoint)l.LocalEndpoint).Port).ToArray();
        foreach (var l in listeners) l.Stop();
        return ports;
    }

    /// <summary>A path below the directory of this test.</summary>
    public string At(string name) => Path.Combine(Directory, name);

    public Process Start(string program, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        _running.Add(process);
        return process;
    }

    /// <summary>Starts a control plane with its data below <paramref name="name"/> and waits until it is ready.</summary>
    public Task<Process> StartServerAsync(string name, params string[] more) => StartAsync("server", name, more);

    /// <summary>Where a control plane listens that was started.</summary>
    public Uri Server(string name) => new($"https://{_places[name].Address}:{_places[name].Port}");

    /// <summary>Says where a control plane is to listen, and under which address it is to be known; without this, on loopback at any port.</summary>
    public void Put(string name, string address, string advertised, int port) => _places[name] = new(address, advertised, port);

    /// <summary>Starts a control plane, or only the API server of one, by the name of the role.</summary>
    public async Task<Process> StartAsync(string role, string name, params string[] more)
    {
        File.Delete(At(name + ".kubeconfig"));
        if (!_places.TryGetValue(name, out var place)) _places.Add(name, place = new("127.0.0.1", "127.0.0.1", FreePorts(1)[0]));
        var process = Start(
            Cluster.ProgramPath,
            [role, "--disable=agent,proxy,dns", "--data-dir", At(name), "--bind-address", place.Address, "--advertise-address", place.Advertised, "--secure-port", $"{place.Port}", "--write-kubeconfig", At(name + ".kubeconfig"), .. more]);
        await Cluster.UntilAsync(async () => File.Exists(At(name + ".kubeconfig")) ? await KubectlAsync(name, "get --raw /readyz") : new Outcome(1, "", "not started"), static o => o.Code == 0);
        return process;
    }

    /// <summary>Starts Debian's etcd with its data below <paramref name="name"/> and waits until it is healthy; with certificates it demands the client's.</summary>
    /// <returns>Its URL.</returns>
    public async Task<string> StartEtcdAsync(TestCertificates? tls = null, string name = "etcd")
    {
        var ports = FreePorts(2);
        var (clients, peers) = ($"{(tls is null ? "http" : "https")}://127.0.0.1:{ports[0]}", $"http://127.0.0.1:{ports[1]}");
        Start(
            Etcd("etcd"),
            [
                "--name", "m0", "--data-dir", At(name), "--listen-client-urls", clients, "--advertise-client-urls", clients, "--listen-peer-urls", peers,
                "--initial-advertise-peer-urls", peers, "--initial-cluster", $"m0={peers}", "--log-level", "error",
                .. tls is null ? [] : ServingFlags(tls),
            ]);
        await Cluster.UntilAsync(() => EtcdctlAsync(tls, clients, "endpoint health"), static o => o.Code == 0);
        return clients;
    }

    /// <summary>Runs etcdctl, as a client of the certificates if the URL wants TLS.</summary>
    public static Task<Outcome> EtcdctlAsync(TestCertificates? tls, string url, string arguments) => Shell.RunAsync(
        Etcd("etcdctl"),
        [.. arguments.Split(' '), "--endpoints", url, .. tls is not null && url.StartsWith("https", StringComparison.Ordinal) ? new[] { "--cacert", tls.Authority, "--cert", tls.Client + ".crt", "--key", tls.Client + ".key" } : []]);

    public Task<Outcome> KubectlAsync(string server, string arguments, string? input = null) =>
        Shell.RunAsync(Cluster.Kubectl("sid"), ["--kubeconfig", At(server + ".kubeconfig"), .. arguments.Split(' ')], input);

    public Task<Outcome> TiphysAsync(params string[] arguments) => Shell.RunAsync(Cluster.ProgramPath, arguments);

    /// <summary>Ends a program as an operator would, and waits for it.</summary>
    public async Task StopAsync(Process process)
    {
        (await Shell.RunAsync("/bin/kill", ["-TERM", $"{process.Id}"])).Succeeded();
        using var patience = new CancellationTokenSource(Cluster.Patience);
        await process.WaitForExitAsync(patience.Token);
        Assert.Equal(0, process.ExitCode);
    }

    public ValueTask DisposeAsync()
    {
        foreach (var process in _running)
        {
            if (!process.HasExited) process.Kill();
            process.WaitForExit();
            process.Dispose();
        }

        System.IO.Directory.Delete(Directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    private sealed record Place(string Address, string Advertised, int Port);
}
