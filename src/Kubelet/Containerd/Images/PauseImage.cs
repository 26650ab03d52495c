using System.Runtime.InteropServices;

namespace Tiphys.Kubelet.Containerd.Images;

/// <summary>The image every pod sandbox is made from. It is built here, so a node needs no registry to run pods.</summary>
public static class PauseImage
{
    /// <summary>The name the image is imported under.</summary>
    public const string Name = "localhost/tiphys/pause:1";

    /// <summary>Describes the image for an architecture.</summary>
    public static OciImageBuilder Build(Architecture architecture) =>
        new OciImageBuilder { Name = Name, Architecture = architecture, Entrypoint = ["/pause"], User = "65535:65535", WorkingDirectory = "/" }
            .AddFile("/pause", PauseProgram.Build(architecture), executable: true);
}
