using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>Keeps <c>metadata.managedFields</c>: who set which field, for server-side apply.</summary>
public interface IFieldManager
{
    /// <summary>Merges an applied configuration into an object.</summary>
    /// <param name="live">The object as it is.</param>
    /// <param name="configuration">What is applied, as JSON.</param>
    /// <param name="manager">Who applies.</param>
    /// <param name="subresource">Subresource applied through, or empty.</param>
    /// <param name="force">Takes over fields that others own.</param>
    /// <param name="versions">The versions of the resource, where there are several.</param>
    /// <returns>The merged object as JSON, without managedFields.</returns>
    /// <exception cref="StatusException">409: another manager owns a field with another value, and force is not set.</exception>
    byte[] Apply(IKubernetesObject live, ReadOnlyMemory<byte> configuration, string manager, string subresource, bool force, ResourceVersions? versions = null);

    /// <summary>Records the fields of a new object.</summary>
    void Created(IKubernetesObject item, WriteContext context, DateTimeOffset now, ResourceVersions? versions = null);

    /// <summary>Records the fields that a change set.</summary>
    void Updated(IKubernetesObject item, IKubernetesObject old, WriteContext context, DateTimeOffset now, ResourceVersions? versions = null);
}
