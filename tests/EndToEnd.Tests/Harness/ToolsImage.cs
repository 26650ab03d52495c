using Tiphys.Kubelet.Containerd.Images;

namespace Tiphys.EndToEnd.Tests;

/// <summary>An image with what busybox lacks: this machine's curl for TLS and socat for UDP, with the libraries they load.</summary>
internal static class ToolsImage
{
    public const string Name = "tiphys.local/tools:1";

    public static async Task WriteAsync(string path)
    {
        var image = BusyboxImage.Build(Name);
        var libraries = new HashSet<string>(StringComparer.Ordinal);
        foreach (var program in (string[])["curl", "socat"])
        {
            image.AddFile("/usr/local/bin/" + program, await File.ReadAllBytesAsync("/usr/bin/" + program), executable: true);
            foreach (var line in (await Shell.RunAsync("ldd", ["/usr/bin/" + program])).Succeeded().Output.Split('\n'))
            {
                // "name => /path (address)" for a library, "/path (address)" for the dynamic linker.
                if (line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(static w => w.StartsWith('/')) is { } library && libraries.Add(library))
                    image.AddFile(library, await File.ReadAllBytesAsync(library), executable: true);
            }
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        image.WriteTo(path);
    }
}
