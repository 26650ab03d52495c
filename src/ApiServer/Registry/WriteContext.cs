using Tiphys.Api;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>The circumstances of one write.</summary>
public sealed record WriteContext
{
    /// <summary>Who writes.</summary>
    public required UserInfo User { get; init; }

    /// <summary>Namespace of the request; empty for cluster-scoped resources.</summary>
    public required string Namespace { get; init; }

    /// <summary>Subresource written through, or empty.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>Nothing is stored.</summary>
    public bool DryRun { get; init; }

    /// <summary>Owner of the fields that are set, for managedFields.</summary>
    public string FieldManager { get; init; } = "";

    /// <summary>The write is a server-side apply; null for all others.</summary>
    public ApplyRequest? Apply { get; init; }

    /// <summary>The API version written through; null for the stored one.</summary>
    public ServedVersion? Version { get; init; }

    /// <summary>Takes warnings for the client.</summary>
    public Action<string> Warn { get; init; } = static _ => { };

    /// <summary>Cancelled when the client goes away.</summary>
    public CancellationToken Cancel { get; init; }

    /// <summary>The context of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="dryRun">Whether it is a dry run, where the query does not say it.</param>
    public static WriteContext Of(ApiRequest request, bool? dryRun = null) => new()
    {
        User = request.User,
        Namespace = request.Info.Namespace,
        Subresource = request.Info.Subresource,
        DryRun = dryRun ?? request.DryRun,
        FieldManager = request.FieldManager,
        Warn = request.Warnings.Add,
        Cancel = request.Cancel,
    };

    /// <summary>The context of what the server writes on its own account.</summary>
    public static WriteContext OfServer(string ns, CancellationToken cancel) => new()
    {
        User = new UserInfo("system:apiserver", UserInfo.Masters),
        Namespace = ns,
        FieldManager = "kube-apiserver",
        Cancel = cancel,
    };

    /// <summary>Puts an object into the namespace of the request.</summary>
    /// <exception cref="StatusException">400: it names another.</exception>
    internal void PlaceIn(ObjectMeta metadata, KindInfo kind)
    {
        if (!kind.Namespaced) metadata.Namespace = "";
        else if (metadata.Namespace.Length == 0) metadata.Namespace = Namespace;
        else if (metadata.Namespace != Namespace) throw ApiErrors.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
    }

    internal AdmissionAttributes Admission(KindInfo kind, AdmissionOperation operation, string name, IApiMessage? item, IApiMessage? old) => new()
    {
        Operation = operation,
        Kind = kind,
        Subresource = Subresource,
        Namespace = Namespace,
        Name = name,
        Object = item,
        OldObject = old,
        User = User,
        DryRun = DryRun,
        Warn = Warn,
    };
}

/// <summary>What a server-side apply asks for.</summary>
/// <param name="Document">The applied configuration, as JSON.</param>
/// <param name="Force">Takes over fields that others own.</param>
public sealed record ApplyRequest(ReadOnlyMemory<byte> Document, bool Force);
