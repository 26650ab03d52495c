using Tiphys.Grpc;
using Tiphys.Kubelet.Cri.V1;

namespace Tiphys.Kubelet.Cri;

/// <summary>The image service over a CRI socket.</summary>
internal sealed class CriImageService(GrpcChannel channel, TimeSpan timeout) : IImageService
{
    private const string Service = "/runtime.v1.ImageService/";

    public async Task<IReadOnlyList<Image>> ListImagesAsync(CancellationToken cancel) =>
        (await channel.UnaryAsync(
            Service + "ListImages", new ListImagesRequest(), ListImagesResponse.Parser, timeout, cancel).ConfigureAwait(false)).Images;

    public async Task<Image?> ImageStatusAsync(string image, CancellationToken cancel) =>
        (await channel.UnaryAsync(
            Service + "ImageStatus", new ImageStatusRequest { Image = new() { Image = image } },
            ImageStatusResponse.Parser, timeout, cancel).ConfigureAwait(false)).Image;

    // Large images on slow links outlast any fixed limit, so a pull has none; the runtime notices stalled transfers itself.
    public async Task<string> PullImageAsync(ImageSpec image, AuthConfig? auth, PodSandboxConfig? sandbox, CancellationToken cancel) =>
        (await channel.UnaryAsync(
            Service + "PullImage", new PullImageRequest { Image = image, Auth = auth, SandboxConfig = sandbox },
            PullImageResponse.Parser, null, cancel).ConfigureAwait(false)).ImageRef;

    public Task RemoveImageAsync(string image, CancellationToken cancel) => channel.UnaryAsync(
        Service + "RemoveImage", new RemoveImageRequest { Image = new() { Image = image } },
        RemoveImageResponse.Parser, timeout, cancel);

    public Task<ImageFsInfoResponse> ImageFsInfoAsync(CancellationToken cancel) => channel.UnaryAsync(
        Service + "ImageFsInfo", new ImageFsInfoRequest(), ImageFsInfoResponse.Parser, timeout, cancel);
}
