using System.Buffers.Binary;
using System.Diagnostics;

namespace Tiphys.Kubelet.Containerd.Images;

/// <summary>Builds a small general-purpose image from a static busybox: a shell and the usual tools.</summary>
/// <remarks>For machines without a registry: samples, tests, air-gapped nodes.</remarks>
public static class BusyboxImage
{
    private const UnixFileMode WorldWritable = (UnixFileMode)0x3ff; // rwxrwxrwt
    private const int ElfHeaderSize = 64; // of the 64-bit format, all that .NET runs on here
    private const int ElfInterpreter = 3; // the segment that names the dynamic linker

    /// <summary>Describes the image. More files may be added before it is written.</summary>
    /// <param name="name">The full image name.</param>
    /// <param name="busyboxPath">A statically linked busybox for this machine.</param>
    /// <param name="command">What containers run when they name no command; a shell by default.</param>
    /// <exception cref="FileNotFoundException">There is no static busybox at that path.</exception>
    public static OciImageBuilder Build(string name, string busyboxPath = "/bin/busybox", params string[] command)
    {
        if (!IsUsable(busyboxPath))
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

    /// <summary>Whether there is a busybox that runs where no shared libraries are. Debian's plain busybox package does not.</summary>
    public static bool IsUsable(string busyboxPath = "/bin/busybox")
    {
        if (!File.Exists(busyboxPath)) return false;
        using var file = File.OpenRead(busyboxPath);
        Span<byte> header = stackalloc byte[ElfHeaderSize];
        if (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length || !header.StartsWith("\u007fELF"u8)) return false;
        var (offset, size, count) = (BinaryPrimitives.ReadInt64LittleEndian(header[32..]), BinaryPrimitives.ReadUInt16LittleEndian(header[54..]), BinaryPrimitives.ReadUInt16LittleEndian(header[56..]));
        var segment = new byte[size];
        for (var i = 0; i < count; i++)
        {
            file.Position = offset + (i * size);
            file.ReadExactly(segment);
            if (BinaryPrimitives.ReadInt32LittleEndian(segment) == ElfInterpreter) return false;
        }

        return true;
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
