using Tiphys.Api;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>What a DELETE asks for: in its body, or, when it has none, in its query. Never in both.</summary>
internal static class DeletionRequest
{
    /// <summary>Reads and checks the options of a DELETE.</summary>
    /// <exception cref="StatusException">400: they cannot be read. 422: they make no sense.</exception>
    public static async Task<DeleteOptions> ReadAsync(ApiRequest request)
    {
        var bytes = HasBody(request) ? await RequestBody.ReadAsync(request.Http) : [];
        var options = bytes.Length > 0 ? Decode(bytes, MediaTypes.OfBody(request.Http.Request.ContentType)) : OfQuery(request);
        Check(options);
        return options;
    }

    /// <summary>The circumstances of the deletion; whether it is a dry run is said by its options.</summary>
    public static WriteContext Context(ApiRequest request, DeleteOptions options) => WriteContext.Of(request, dryRun: options.DryRun is { Count: > 0 });

    private static bool HasBody(ApiRequest request) => request.Http.Request.ContentLength is > 0 || request.Http.Request.Headers.TransferEncoding.Count > 0;

    private static DeleteOptions OfQuery(ApiRequest request) => new()
    {
        GracePeriodSeconds = request.QueryNumber("gracePeriodSeconds"),
        PropagationPolicy = request.Query("propagationPolicy") is { Length: > 0 } policy ? policy : null,
        OrphanDependents = request.Query("orphanDependents").Length > 0 ? request.QueryFlag("orphanDependents") : null,
        DryRun = request.Http.Request.Query["dryRun"] is { Count: > 0 } values ? [.. values.OfType<string>()] : null,
    };

    private static DeleteOptions Decode(byte[] bytes, WireFormat format)
    {
        try
        {
            var options = new DeleteOptions();
            if (format == WireFormat.Protobuf) ApiProto.DecodeInto(options, ApiProto.Open(bytes).Raw);
            else ApiJson.DecodeInto(options, format == WireFormat.Yaml ? Client.YamlJson.ConvertOne(new StreamReader(new MemoryStream(bytes))) : bytes);
            return options;
        }
        catch (ApiDecodeException) when (format == WireFormat.Json && JsonSyntax.Fault(bytes) is { } fault)
        {
            throw ApiErrors.BadRequest($"couldn't get version/kind; json parse error: {fault}");
        }
        catch (Exception e) when (e is ApiDecodeException or FormatException)
        {
            throw ApiErrors.BadRequest($"unable to decode DeleteOptions: {e.Message}");
        }
    }

    /// <summary>Refuses options that make no sense.</summary>
    /// <exception cref="StatusException">422.</exception>
    public static void Check(DeleteOptions options)
    {
        var errors = new FieldErrors();
        if (options.PropagationPolicy is not null && options.OrphanDependents is not null)
            errors.Invalid(FieldPath.Of("propagationPolicy"), options.PropagationPolicy, "orphanDependents and deletionPropagation cannot be both set");
        if (options.PropagationPolicy is not (null or DeletionPropagation.Orphan or DeletionPropagation.Background or DeletionPropagation.Foreground))
            errors.NotSupported(FieldPath.Of("propagationPolicy"), options.PropagationPolicy, [DeletionPropagation.Foreground, DeletionPropagation.Background, DeletionPropagation.Orphan, "nil"]);
        RequestOptions.CheckDryRun(options.DryRun ?? [], errors);
        if (errors.Count > 0) throw ApiErrors.Invalid(new("meta.k8s.io", "DeleteOptions"), "", errors);
    }
}
