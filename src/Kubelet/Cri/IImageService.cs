using Tiphys.Kubelet.Cri.V1;

namespace Tiphys.Kubelet.Cri;

/// <summary>The image half of the CRI.</summary>
internal interface IImageService
{
    Task<IReadOnlyList<Image>> ListImagesAsync(CancellationToken cancel);

    /// <summary>The image of that name, digest or id, or null when it is not present.</summary>
    Task<Image?> ImageStatusAsync(string image, CancellationToken cancel);

    /// <summary>Fetches an image and returns the reference the runtime knows it by.</summary>
    Task<string> PullImageAsync(ImageSpec image, AuthConfig? auth, PodSandboxConfig? sandbox, CancellationToken cancel);
    Task RemoveImageAsync(string image, CancellationToken cancel);
    Task<ImageFsInfoResponse> ImageFsInfoAsync(CancellationToken cancel);
}
