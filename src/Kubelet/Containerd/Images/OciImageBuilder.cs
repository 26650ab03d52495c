using System.Formats.Tar;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Tiphys.Kubelet.Containerd.Images;

/// <summary>Builds a one-layer OCI image as a tar in the OCI layout, the form container runtimes import without a registry.</summary>
/// <remarks>The same input always gives the same bytes, so the same digests.</remarks>
public sealed class OciImageBuilder
{
    // A fixed time keeps digests equal from build to build.
    private static readonly DateTimeOffset Timestamp = DateTimeOffset.UnixEpoch;
    private readonly List<TarEntry> _entries = [];
    private readonly HashSet<string> _paths = new(StringComparer.Ordinal);

    /// <summary>The full image name, registry and tag included, for example <c>localhost/web:1.0</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The program and its fixed arguments.</summary>
    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    /// <summary>Arguments used when a container names none.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Environment as <c>NAME=value</c>.</summary>
    public IReadOnlyList<string> Environment { get; init; } = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"];

    /// <summary>The user containers run as by default, as <c>uid[:gid]</c> or a name of the image's; empty means root.</summary>
    public string User { get; init; } = "";

    /// <summary>The directory processes start in; empty means the root.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>The architecture the image's programs are for.</summary>
    public Architecture Architecture { get; init; } = RuntimeInformation.OSArchitecture;

    /// <summary>Adds a directory, and its parents where they are missing.</summary>
    public OciImageBuilder AddDirectory(
        string path, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute |
            UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute,
        int owner = 0)
    {
        var relative = Relative(path);
        if (relative.Length == 0 || !_paths.Add(relative)) return this;
        AddParents(relative);
        _entries.Add(new UstarTarEntry(TarEntryType.Directory, relative + "/")
        {
            Mode = mode, ModificationTime = Timestamp, Uid = owner, Gid = owner,
        });
        return this;
    }

    /// <summary>Adds a file with the given content; parents are made as needed.</summary>
    public OciImageBuilder AddFile(string path, byte[] content, bool executable = false)
    {
        ArgumentNullException.ThrowIfNull(content);
        var relative = Relative(path);
        if (!_paths.Add(relative)) throw new ArgumentException($"{path} is in the image already", nameof(path));
        AddParents(relative);
        var mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        if (executable) mode |= UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        _entries.Add(new UstarTarEntry(TarEntryType.RegularFile, relative)
        {
            Mode = mode, ModificationTime = Timestamp, DataStream = new MemoryStream(content, writable: false),
        });
        return this;
    }

    /// <summary>Adds a text file.</summary>
    public OciImageBuilder AddFile(string path, string content, bool executable = false) =>
        AddFile(path, Encoding.UTF8.GetBytes(content), executable);

    /// <summary>Adds a symbolic link.</summary>
    public OciImageBuilder AddLink(string path, string target)
    {
        var relative = Relative(path);
        if (!_paths.Add(relative)) throw new ArgumentException($"{path} is in the image already", nameof(path));
        AddParents(relative);
        _entries.Add(new UstarTarEntry(TarEntryType.SymbolicLink, relative)
        {
            LinkName = target, ModificationTime = Timestamp,
            Mode = (UnixFileMode)Convert.ToInt32("777", 8),
        });
        return this;
    }

    /// <summary>Writes the image as a tar to a stream.</summary>
    public void Write(Stream output)
    {
        using var layer = new MemoryStream();
        using (var tar = new TarWriter(layer, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var entry in _entries)
            {
                entry.DataStream?.Seek(0, SeekOrigin.Begin);
                tar.WriteEntry(entry);
            }
        }
        var layerBytes = layer.ToArray();
        var layerDigest = Digest(layerBytes);
        var config = Utf8(ConfigDocument(layerDigest));
        var manifest = Utf8(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = "application/vnd.oci.image.manifest.v1+json",
            ["config"] = Descriptor("application/vnd.oci.image.config.v1+json", config),
            ["layers"] = new JsonArray(Descriptor("application/vnd.oci.image.layer.v1.tar", layerBytes)),
        });
        var entryInIndex = Descriptor("application/vnd.oci.image.manifest.v1+json", manifest);
        entryInIndex["annotations"] = new JsonObject
        {
            ["io.containerd.image.name"] = Name,
            ["org.opencontainers.image.ref.name"] = Name[(Name.LastIndexOf(':') + 1)..],
        };
        var index = Utf8(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = "application/vnd.oci.image.index.v1+json",
            ["manifests"] = new JsonArray(entryInIndex),
        });

        using var outer = new TarWriter(output, TarEntryFormat.Ustar, leaveOpen: true);
        WriteBlob(outer, "oci-layout", """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray());
        WriteBlob(outer, "index.json", index);
        foreach (var blob in (byte[][])[manifest, config, layerBytes])
            WriteBlob(outer, "blobs/sha256/" + Digest(blob)["sha256:".Length..], blob);
    }

    /// <summary>Writes the image to a file, which appears only when it is whole.</summary>
    public void WriteTo(string path)
    {
        var unfinished = path + ".partial";
        using (var file = File.Create(unfinished)) Write(file);
        File.Move(unfinished, path, overwrite: true);
    }

    private JsonObject ConfigDocument(string layerDigest)
    {
        var config = new JsonObject { ["Env"] = Strings(Environment) };
        if (Entrypoint.Count > 0) config["Entrypoint"] = Strings(Entrypoint);
        if (Command.Count > 0) config["Cmd"] = Strings(Command);
        if (User.Length > 0) config["User"] = User;
        if (WorkingDirectory.Length > 0) config["WorkingDir"] = WorkingDirectory;
        return new JsonObject
        {
            ["created"] = Timestamp.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["architecture"] = Architecture switch
            {
                Architecture.X64 => "amd64",
                Architecture.Arm64 => "arm64",
                _ => throw new PlatformNotSupportedException($"no images are built for {Architecture}"),
            },
            ["os"] = "linux",
            ["config"] = config,
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray(layerDigest) },
        };
    }

    private void AddParents(string relative)
    {
        if (relative.LastIndexOf('/') is > 0 and var slash) AddDirectory(relative[..slash]);
    }

    private static void WriteBlob(TarWriter tar, string name, byte[] content) =>
        tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name)
        {
            ModificationTime = Timestamp, DataStream = new MemoryStream(content, writable: false),
        });

    private static JsonObject Descriptor(string mediaType, byte[] content) => new()
    {
        ["mediaType"] = mediaType,
        ["digest"] = Digest(content),
        ["size"] = content.Length,
    };

    private static JsonArray Strings(IEnumerable<string> values) => new([.. values.Select(v => JsonValue.Create(v))]);

    private static byte[] Utf8(JsonObject document) => Encoding.UTF8.GetBytes(document.ToJsonString());

    private static string Digest(byte[] content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));

    private static string Relative(string path) => path.Trim('/');
}
