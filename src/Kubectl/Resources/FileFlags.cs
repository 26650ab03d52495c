using Tiphys.Kubectl.CommandLine;

namespace Tiphys.Kubectl.Resources;

/// <summary>The flags that name manifests.</summary>
internal sealed class FileFlags
{
    private readonly ListFlag _files;
    private readonly Flag<string> _kustomize;
    private readonly Flag<bool> _recursive;

    public FileFlags(FlagSet flags)
    {
        _files = flags.Slice("filename", 'f', "File, directory or URL with objects; - is standard input. May be repeated.");
        _kustomize = flags.String("kustomize", 'k', "", "Not supported yet.");
        _recursive = flags.Bool("recursive", 'R', false, "Go into the directories below that of --filename, too.");
    }

    public IReadOnlyList<string> Files => _files.Value;

    public bool Recursive => _recursive.Value;

    public bool IsEmpty => Files.Count == 0 && _kustomize.Value.Length == 0;

    /// <exception cref="KubectlException">The flags contradict each other.</exception>
    public void Validate()
    {
        if (_kustomize.Value.Length == 0) return;
        if (Files.Count > 0) throw new KubectlException("only one of -f or -k can be specified");
        if (Recursive) throw new KubectlException("the -k flag can't be used with -f or -R");
        throw new KubectlException("-k (kustomize) is not supported yet");
    }
}
