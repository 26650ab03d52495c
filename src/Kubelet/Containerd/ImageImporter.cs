using System.Diagnostics;
using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Tiphys.Client;
using Tiphys.Kubelet.Containerd.Images;
using Tiphys.Kubelet.Cri;

namespace Tiphys.Kubelet.Containerd;

/// <summary>Brings images into containerd from files: the pause image, and the tars an administrator left for the node.</summary>
internal sealed partial class ImageImporter(ContainerdOptions options, IImageService images, ILogger<ImageImporter> logger)
{
    private static readonly string[] Extensions = [".tar", ".tar.gz", ".tgz"];

    /// <summary>Imports what is missing or has changed. A bad tar is reported and skipped.</summary>
    public async Task ImportAllAsync(CancellationToken cancel)
    {
        await ImportPauseAsync(cancel).ConfigureAwait(false);
        Directory.CreateDirectory(options.ImagesDirectory);
        foreach (var tar in Directory.EnumerateFiles(options.ImagesDirectory).Order(StringComparer.Ordinal))
        {
            if (!Extensions.Any(e => tar.EndsWith(e, StringComparison.Ordinal))) continue;
            try
            {
                if (await IsImportedAsync(tar, cancel).ConfigureAwait(false)) continue;
                await ImportAsync(tar, cancel).ConfigureAwait(false);
                await File.WriteAllTextAsync(StampPath(tar), Stamp(tar), cancel).ConfigureAwait(false);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogImportFailed(logger, e, tar);
            }
        }
    }

    private async Task ImportPauseAsync(CancellationToken cancel)
    {
        if (options.SandboxImage != PauseImage.Name ||
            await images.ImageStatusAsync(PauseImage.Name, cancel).ConfigureAwait(false) is not null)
            return;
        var tar = Path.Combine(options.Directory, "pause.tar");
        PauseImage.Build(RuntimeInformation.OSArchitecture).WriteTo(tar);
        await ImportAsync(tar, cancel).ConfigureAwait(false);
        File.Delete(tar);
    }

    /// <summary>Imports one tar: an OCI layout or a Docker archive.</summary>
    /// <exception cref="InvalidOperationException">containerd refused it.</exception>
    public async Task ImportAsync(string tar, CancellationToken cancel)
    {
        var since = Stopwatch.GetTimestamp();
        var import = await HostProgram.RunAsync(options.ClientExecutable, ["--address", options.SocketPath, "--namespace", "k8s.io", "images", "import", tar], cancel: cancel).ConfigureAwait(false);
        if (!import.Succeeded) throw new InvalidOperationException($"{Path.GetFileName(tar)} was not imported: {import.Errors.Trim()}");
        LogImported(logger, tar, (long)Stopwatch.GetElapsedTime(since).TotalMilliseconds);
        await WaitUntilVisibleAsync(tar, cancel).ConfigureAwait(false);
    }

    // The CRI learns of new images by an event some moments after the import returns.
    private async Task WaitUntilVisibleAsync(string tar, CancellationToken cancel)
    {
        foreach (var name in ReadImageNames(tar))
        {
            for (var i = 0; i < 100 && await images.ImageStatusAsync(name, cancel).ConfigureAwait(false) is null; i++)
                await Task.Delay(10, cancel).ConfigureAwait(false);
        }
    }

    private async Task<bool> IsImportedAsync(string tar, CancellationToken cancel)
    {
        if (!File.Exists(StampPath(tar)) || await File.ReadAllTextAsync(StampPath(tar), cancel).ConfigureAwait(false) != Stamp(tar))
            return false;
        // Garbage collection may have taken an image away since.
        foreach (var name in ReadImageNames(tar))
        {
            if (await images.ImageStatusAsync(name, cancel).ConfigureAwait(false) is null) return false;
        }
        return true;
    }

    /// <summary>The full names of the images in a tar, from its OCI index or Docker manifest.</summary>
    internal static IReadOnlyList<string> ReadImageNames(string path)
    {
        using var file = File.OpenRead(path);
        using var content = path.EndsWith("gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
        using var tar = new TarReader(content);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is null) continue;
            switch (entry.Name.TrimStart('.', '/'))
            {
                case "index.json":
                    var names = JsonNode.Parse(entry.DataStream)?["manifests"]?.AsArray()
                        .Select(m => (string?)m?["annotations"]?["io.containerd.image.name"]).OfType<string>().ToList();
                    if (names is { Count: > 0 }) return names;
                    break;
                case "manifest.json":
                    return JsonNode.Parse(entry.DataStream)?.AsArray()
                        .SelectMany(m => m?["RepoTags"]?.AsArray() ?? []).Select(t => (string?)t).OfType<string>().ToList() ?? [];
                default:
                    break;
            }
        }
        return [];
    }

    private string StampPath(string tar) => Path.Combine(options.Directory, "imported-" + Path.GetFileName(tar));

    private static string Stamp(string tar)
    {
        var info = new FileInfo(tar);
        return string.Create(CultureInfo.InvariantCulture, $"{info.Length} {info.LastWriteTimeUtc.Ticks}");
    }

    [LoggerMessage(1, LogLevel.Information, "Imported {Tar} in {Milliseconds} ms")]
    private static partial void LogImported(ILogger logger, string tar, long milliseconds);

    [LoggerMessage(2, LogLevel.Error, "{Tar} was not imported")]
    private static partial void LogImportFailed(ILogger logger, Exception error, string tar);
}
