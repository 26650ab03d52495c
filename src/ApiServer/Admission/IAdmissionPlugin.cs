using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>What a write does.</summary>
public enum AdmissionOperation
{
    /// <summary>A new object, or a POST to a subresource.</summary>
    Create,

    /// <summary>A changed object.</summary>
    Update,

    /// <summary>An object that goes away.</summary>
    Delete,

    /// <summary>A connection to a subresource (exec, proxy, ...).</summary>
    Connect,
}

/// <summary>A write on its way into the store (upstream's <c>admission.Attributes</c>).</summary>
public sealed record AdmissionAttributes
{
    /// <summary>What the write does.</summary>
    public required AdmissionOperation Operation { get; init; }

    /// <summary>The resource's kind.</summary>
    public required KindInfo Kind { get; init; }

    /// <summary>Subresource, or empty.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>Namespace, or empty.</summary>
    public required string Namespace { get; init; }

    /// <summary>Name; may be empty on create while generateName is pending.</summary>
    public required string Name { get; init; }

    /// <summary>The object as it will be stored, or the body of a subresource; null on delete. Mutating plugins change it.</summary>
    public IApiMessage? Object { get; init; }

    /// <summary>The object as it was; null on create.</summary>
    public IApiMessage? OldObject { get; init; }

    /// <summary>Who writes.</summary>
    public required UserInfo User { get; init; }

    /// <summary>Nothing will be stored.</summary>
    public bool DryRun { get; init; }

    /// <summary>Takes warnings for the client.</summary>
    public Action<string> Warn { get; init; } = static _ => { };

    /// <summary>Group and resource, for messages.</summary>
    public GroupResource GroupResource => new(Kind.Group, Kind.Resource);
}

/// <summary>
/// A check or change between authorization and storage. Refuse by throwing a <see cref="StatusException"/>.
/// </summary>
public interface IAdmissionPlugin
{
    /// <summary>Upstream's name of the plugin, for <c>--disable-admission-plugins</c>.</summary>
    string Name { get; }

    /// <summary>Changes the object. Runs before validation.</summary>
    ValueTask MutateAsync(AdmissionAttributes write, CancellationToken cancel) => ValueTask.CompletedTask;

    /// <summary>Checks the object as it will be stored.</summary>
    ValueTask ValidateAsync(AdmissionAttributes write, CancellationToken cancel) => ValueTask.CompletedTask;
}

/// <summary>All plugins in order.</summary>
/// <param name="plugins">The plugins.</param>
public sealed class AdmissionChain(IReadOnlyList<IAdmissionPlugin> plugins)
{
    /// <summary>No plugins.</summary>
    public static AdmissionChain Empty { get; } = new([]);

    /// <summary>Lets every plugin change the object.</summary>
    public async ValueTask MutateAsync(AdmissionAttributes write, CancellationToken cancel)
    {
        foreach (var plugin in plugins) await plugin.MutateAsync(write, cancel);
    }

    /// <summary>Lets every plugin check the object.</summary>
    public async ValueTask ValidateAsync(AdmissionAttributes write, CancellationToken cancel)
    {
        foreach (var plugin in plugins) await plugin.ValidateAsync(write, cancel);
    }
}
