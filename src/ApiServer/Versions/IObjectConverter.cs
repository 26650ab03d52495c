using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>
/// Turns objects of one API version into the stored kind and back. Both directions may take parts of what they are given; what
/// one version cannot say must survive a round trip through it.
/// </summary>
public interface IObjectConverter
{
    /// <summary>The stored form.</summary>
    /// <exception cref="StatusException">The object has no stored form.</exception>
    IKubernetesObject ToStored(IKubernetesObject item);

    /// <summary>The form this API version shows.</summary>
    IKubernetesObject FromStored(IKubernetesObject item);
}

/// <summary>A converter between two declared kinds.</summary>
/// <typeparam name="TShown">Kind of the API version.</typeparam>
/// <typeparam name="TStored">Stored kind.</typeparam>
public abstract class ObjectConverter<TShown, TStored> : IObjectConverter
    where TShown : class, IKubernetesObject<TShown>
    where TStored : class, IKubernetesObject<TStored>
{
    /// <inheritdoc cref="IObjectConverter.ToStored"/>
    protected abstract TStored ToStored(TShown item);

    /// <inheritdoc cref="IObjectConverter.FromStored"/>
    protected abstract TShown FromStored(TStored item);

    IKubernetesObject IObjectConverter.ToStored(IKubernetesObject item) => ToStored((TShown)item);

    IKubernetesObject IObjectConverter.FromStored(IKubernetesObject item) => FromStored((TStored)item);
}
