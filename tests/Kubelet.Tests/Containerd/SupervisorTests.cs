using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Tiphys.Kubelet.Containerd;
using Tiphys.Kubelet.Containerd.Images;
using Tiphys.Kubelet.Cri;
using Tiphys.Grpc;
using Tiphys.Kubelet.Tests.Harness;

namespace Tiphys.Kubelet.Tests.Containerd;

public class SupervisorTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Containerd_is_restarted_when_it_dies_and_taken_over_when_it_runs()
    {
        if (!IsolatedProcess.IsIsolated) Assert.Skip("needs root");
        var directory = Directory.CreateTempSubdirectory("tiphys-supervisor-").FullName;
        var options = new ContainerdOptions
        {
            Directory = Path.Combine(directory, "containerd"), ImagesDirectory = Path.Combine(directory, "images"), CniConfigDirectory = Path.Combine(directory, "cni"),
        };
        using var channel = new GrpcChannel(options.SocketPath);
        var runtime = new CriRuntimeService(channel, Patience.Limit);
        int Pid() => int.Parse(File.ReadAllText(Path.Combine(options.Directory, "containerd.pid")), CultureInfo.InvariantCulture); // replaced as a whole
        ContainerdSupervisor Make() => new(options, runtime, TimeProvider.System, NullLogger<ContainerdSupervisor>.Instance);

        var first = Make();
        await first.StartAsync(Cancel);
        var pid = Pid();
        using var stop = new CancellationTokenSource();
        var supervising = first.SuperviseAsync(stop.Token);
        Process.GetProcessById(pid).Kill();
        await Patience.UntilAsync(() => Pid() != pid);
        await Patience.UntilAsync(() => AnswersAsync(runtime));
        await stop.CancelAsync();
        await supervising;

        var restarted = Pid();
        var second = Make();
        await second.StartAsync(Cancel);
        Assert.Equal(restarted, Pid());
        await second.ShutdownAsync(Cancel);
        Assert.False(File.Exists(Path.Combine(options.Directory, "containerd.pid")));
        Directory.Delete(directory, true);
    }

    [Fact]
    public void Image_names_are_read_from_the_tar()
    {
        var path = Path.GetTempFileName();
        PauseImage.Build(System.Runtime.InteropServices.Architecture.X64).WriteTo(path);
        Assert.Equal([PauseImage.Name], ImageImporter.ReadImageNames(path));
        File.Delete(path);
    }

    [Fact]
    public void The_same_image_is_the_same_bytes()
    {
        static byte[] Bytes()
        {
            using var stream = new MemoryStream();
            PauseImage.Build(System.Runtime.InteropServices.Architecture.Arm64).Write(stream);
            return stream.ToArray();
        }
        Assert.Equal(Bytes(), Bytes());
    }

    private static async Task<bool> AnswersAsync(CriRuntimeService runtime)
    {
        try
        {
            await runtime.VersionAsync(Cancel);
            return true;
        }
        catch (GrpcException)
        {
            return false;
        }
    }
}
