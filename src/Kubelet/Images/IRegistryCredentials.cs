using Tiphys.Api.Core.V1;
using Tiphys.Kubelet.Cri.V1;

namespace Tiphys.Kubelet.Images;

/// <summary>Finds what to show to registries.</summary>
internal interface IRegistryCredentials
{
    /// <summary>The credentials that may fit an image, best first; empty when there are none.</summary>
    Task<IReadOnlyList<AuthConfig>> FindAsync(Pod pod, ImageName image, CancellationToken cancel);
}
