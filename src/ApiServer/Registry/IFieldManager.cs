using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>Keeps <c>metadata.managedFields</c>: who set which field, for server-side apply.</summary>
public interface IFieldManager
{
    /// <summary>Records the fields of a new object.</summary>
    void Created(IKubernetesObject item, WriteContext context, DateTimeOffset now);

    /// <summary>Records the fields that a change set.</summary>
    void Updated(IKubernetesObject item, IKubernetesObject old, WriteContext context, DateTimeOffset now);
}
