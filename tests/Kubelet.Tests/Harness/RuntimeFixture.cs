using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Tiphys.Kubelet.Cni;
using Tiphys.Kubelet.Containerd;
using Tiphys.Kubelet.Containerd.Images;
using Tiphys.Kubelet.Cri;
using Tiphys.Grpc;

// Agents share one runtime, and each takes pods it does not know for orphans.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: AssemblyFixture(typeof(Tiphys.Kubelet.Tests.Harness.RuntimeFixture))]

namespace Tiphys.Kubelet.Tests.Harness;

/// <summary>One private containerd for all tests that need a real runtime; started on first use.</summary>
public sealed class RuntimeFixture : IAsyncDisposable
{
    public const string BusyboxName = "localhost/busybox:1";
    private readonly SemaphoreSlim _once = new(1);
    private Runtime? _runtime;

    internal async Task<Runtime> GetAsync()
    {
        if (!IsolatedProcess.IsIsolated || !IsOnPath("containerd") || !IsOnPath("runc"))
            Assert.Skip("needs root, containerd and runc");
        await _once.WaitAsync();
        try
        {
            return _runtime ??= await Runtime.StartAsync();
        }
        finally
        {
            _once.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_runtime is not null) await _runtime.DisposeAsync();
        _once.Dispose();
    }

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(d => File.Exists(Path.Combine(d, program)));
}

internal sealed class Runtime : IAsyncDisposable
{
    private readonly ContainerdSupervisor _supervisor;

    private Runtime(string directory, ContainerdOptions options)
    {
        Directory = directory;
        Options = options;
        Channel = new GrpcChannel(options.SocketPath);
        Service = new CriRuntimeService(Channel, TimeSpan.FromMinutes(2));
        Images = new CriImageService(Channel, TimeSpan.FromMinutes(2));
        _supervisor = new ContainerdSupervisor(options, Service, TimeProvider.System, NullLogger<ContainerdSupervisor>.Instance);
    }

    public string Directory { get; }
    public ContainerdOptions Options { get; }
    public GrpcChannel Channel { get; }
    public IRuntimeService Service { get; }
    public IImageService Images { get; }

    public static async Task<Runtime> StartAsync()
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("tiphys-node-").FullName;
        var runtime = new Runtime(directory, new ContainerdOptions
        {
            Directory = Path.Combine(directory, "containerd"),
            ImagesDirectory = Path.Combine(directory, "images"),
            CniConfigDirectory = Path.Combine(directory, "cni"),
        });
        CniConfigWriter.Write(runtime.Options.CniConfigDirectory, "cni0", ["10.99.0.0/24"], 0, hostPorts: true);
        await runtime._supervisor.StartAsync(CancellationToken.None);
        System.IO.Directory.CreateDirectory(runtime.Options.ImagesDirectory);
        BusyboxImage.Build(RuntimeFixture.BusyboxName).WriteTo(Path.Combine(runtime.Options.ImagesDirectory, "busybox.tar"));
        await new ImageImporter(runtime.Options, runtime.Images, NullLogger<ImageImporter>.Instance).ImportAllAsync(CancellationToken.None);
        return runtime;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var sandbox in await Service.ListPodSandboxesAsync(null, CancellationToken.None))
        {
            await Service.StopPodSandboxAsync(sandbox.Id, CancellationToken.None);
            await Service.RemovePodSandboxAsync(sandbox.Id, CancellationToken.None);
        }
        await _supervisor.ShutdownAsync(CancellationToken.None);
        Channel.Dispose();
        using (var umount = Process.Start("sh", ["-c", $"grep -o ' {Directory}[^ ]*' /proc/self/mountinfo | sort -r | xargs -r umount -l"]))
            await umount.WaitForExitAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}
