using Tiphys.Kubectl.Resources;

namespace Tiphys.Kubectl.Apply;

/// <summary>A way of bringing an object on the server in line with its configuration.</summary>
internal interface IApplier
{
    /// <summary>Applies one object; it is then as the server answered. Returns what was done, in one word.</summary>
    Task<string> ApplyAsync(ResourceInfo info, CancellationToken cancel);
}
