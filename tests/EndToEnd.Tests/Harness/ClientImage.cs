using Tiphys.Kubelet.Containerd.Images;

namespace Tiphys.EndToEnd.Tests;

/// <summary>An image with a client that speaks TLS: busybox, and this machine's curl with the libraries it loads.</summary>
internal static class ClientImage
{
    public const string Name = "tiphys.local/curl:1";

    public static async Task WriteAsync(string path)
    {
        var image = BusyboxImage.Build(Name);
        const string Curl = "/usr/bin/curl";
        image.AddFile("/bin/curl", await File.ReadAllBytesAsync(Curl), executable: true);
        foreach (var line in (await Shell.RunAsync("ldd", [Curl])).Succeeded().Output.Split('\n'))
        {
            // "name => /path (address)" for a library, "/path (address)" for the dynamic linker.
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static w => w.Trim()).FirstOrDefault(static w => w.StartsWith('/')) is { } library)
                image.AddFile(library, await File.ReadAllBytesAsync(library), executable: true);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        image.WriteTo(path);
    }
}
