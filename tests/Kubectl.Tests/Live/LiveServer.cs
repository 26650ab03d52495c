using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Tiphys.ApiServer;
using Tiphys.Client;
using Tiphys.Storage.Embedded;

namespace Tiphys.Kubectl.Tests.Live;

/// <summary>
/// An API server on the loopback address, and two kubectls to ask it: the real one, as a process, and ours. What they print and
/// how they end is compared.
/// </summary>
public sealed class LiveServer : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("tiphys-kubectl-").FullName;
    private readonly ComponentTokens _components = new();
    private readonly SteppedTime _time = new();
    private EmbeddedStore? _store;
    private KubeApiServer? _server;

    public string Kubeconfig => Path.Combine(_directory, "kubeconfig");

    public async ValueTask InitializeAsync()
    {
        Assert.True(File.Exists(RealKubectl()), $"the real kubectl is missing at {RealKubectl()}; ./test fetches it");

        // Ages are told to the second at first, and two kubectls that are asked in turn differ. Those of old objects stay the same.
        var age = TimeSpan.FromDays(100.5);
        _time.Advance(-age);
        _store = EmbeddedStore.Open(new EmbeddedStoreOptions());
        var pki = ClusterPki.Open(Path.Combine(_directory, "pki"), new() { AdvertiseAddress = IPAddress.Loopback }, TimeProvider.System);
        _server = await KubeApiServer.StartAsync(
            new KubeApiServerOptions
            {
                Server = new ApiServerOptions { BindAddress = IPAddress.Loopback, SecurePort = 0, ServingCertificate = () => pki.ApiServer, Time = _time },
                Pki = pki,
                AdvertiseAddress = IPAddress.Loopback,
                Components = _components,
            },
            _store,
            NullLoggerFactory.Instance,
            CancellationToken.None);
        var token = _components.Issue("admin", UserInfo.Masters);
        var address = new Uri($"https://127.0.0.1:{_server.Port}");
        await File.WriteAllTextAsync(Kubeconfig, Client.Kubeconfig.Write("test", address, pki.Authority.Certificate.ExportCertificatePem(), null, null, token));
        Environment.SetEnvironmentVariable("KUBECONFIG", Kubeconfig);
        var applied = await OursAsync("apply", "-f", Data("objects.yaml"));
        Assert.True(applied.Code == 0, applied.Error);
        _time.Advance(age);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        if (_store is not null) await _store.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>A file of this folder.</summary>
    public static string Data(string name) => Path.Combine(Root(), "tests", "Kubectl.Tests", "Live", name);

    /// <summary>A new file that tests may change.</summary>
    public string Scratch(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>Runs both kubectls and expects the same of them. What is not as old as the rest may be of another age for the second: then both run again.</summary>
    public async Task SameAsync(params string[] arguments)
    {
        var (real, ours) = (new Outcome(0, "", ""), new Outcome(0, "", ""));
        for (var attempt = 0; attempt < 4; attempt++)
        {
            var asked = RealAsync(arguments);
            ours = await OursAsync(arguments);
            real = await asked;
            if (real == ours) return;
        }

        Assert.Equal(real.Code, ours.Code);
        Same(real.Output, ours.Output);
        Same(real.Error, ours.Error);
    }

    private static void Same(string real, string ours)
    {
        var (expected, actual) = (real.Split('\n'), ours.Split('\n'));
        var differing = Enumerable.Range(0, Math.Min(expected.Length, actual.Length)).Where(i => expected[i] != actual[i]).ToList();
        Assert.True(real == ours, string.Concat(differing.Take(10).Select(i => $"line {i + 1}:\n  real: {expected[i]}\n  ours: {actual[i]}\n")) + $"{expected.Length} lines, {actual.Length} of ours");
    }

    /// <summary>Runs the real kubectl.</summary>
    public Task<Outcome> RealAsync(params string[] arguments) => ProcessAsync(RealKubectl(), arguments);

    /// <summary>Runs ours, in this process.</summary>
    public async Task<Outcome> OursAsync(params string[] arguments)
    {
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        var code = await KubectlProgram.RunAsync(arguments, new KubectlStreams(Stream.Null, output, error), CancellationToken.None);
        return new Outcome(code, Text(output), Text(error));

        static string Text(MemoryStream stream) => System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    private async Task<Outcome> ProcessAsync(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["HOME"] = _directory;
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        // Lines of its log carry times and line numbers of its source.
        var messages = (await error).Split('\n').Where(static l => !l.Contains(".go:", StringComparison.Ordinal));
        return new Outcome(process.ExitCode, await output, string.Join('\n', messages));
    }

    private static string RealKubectl() => Path.Combine(Root(), ".cache", "kubectl", "sid", "kubectl");

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Tiphys.slnx"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}

/// <summary>How a kubectl ended.</summary>
/// <param name="Code">Exit code.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record Outcome(int Code, string Output, string Error);

/// <summary>All live tests share one server.</summary>
[CollectionDefinition("live")]
public sealed class LiveTests : ICollectionFixture<LiveServer>;
