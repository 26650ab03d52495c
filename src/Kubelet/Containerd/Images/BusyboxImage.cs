using System.Diagnostics;

namespace Tiphys.Kubelet.Containerd.Images;

/// <summary>Builds a small general-purpose image from a static busybox: a shell and the usual tools.</summary>
/// <remarks>For machines without a registry: samples, tests, air-gapped nodes.</remarks>
public static class BusyboxImage
{
    private const UnixFileMode WorldWritable = (UnixFileMode)0x3ff; // rwxrwxrwt

    /// <summary>Describes the image. More files may be added before it is written.</summary>
    /// <param name="name">The full image name.</param>
    /// <param name="busyboxPath">A statically linked busybox for this machine.</param>
    /// <param name="command">What containers run when they name no command; a shell by default.</param>
    /// <exception cref="FileNotFoundException">There is no busybox at that path.</exception>
    public static OciImageBuilder Build(string name, string busyboxPath = "/bin/busybox", params string[] command)
    {
        if (!File.Exists(busyboxPath))
            throw new FileNotFoundException("a static busybox is needed to build this image", busyboxPath);
        var image = new OciImageBuilder { Name = name, Command = command is { Length: > 0 } ? command : ["sh"] }
            .AddFile("/bin/busybox", File.ReadAllBytes(busyboxPath), executable: true);
        foreach (var applet in Applets(busyboxPath))
            image.AddLink("/bin/" + applet, "/bin/busybox");
        return image
            .AddFile("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n")
            .AddFile("/etc/group", "root:x:0:\nnogroup:x:65534:\n")
            .AddLink("/usr/bin", "/bin")
            .AddDirectory("/root")
            .AddDirectory("/var/log")
            .AddDirectory("/tmp", WorldWritable);
    }

    private static IEnumerable<string> Applets(string busyboxPath)
    {
        using var listing = Process.Start(new ProcessStartInfo(busyboxPath, ["--list"]) { RedirectStandardOutput = true })!;
        var names = listing.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        listing.WaitForExit();
        // A link of that name would replace the program itself.
        return names.Where(n => n != "busybox").Order(StringComparer.Ordinal);
    }
}
