using System.Text;
using Microsoft.AspNetCore.Http;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.ApiServer;

/// <summary><c>pods/NAME/log</c>: the kubelet's container log, passed on as it comes.</summary>
public sealed class PodLogSubresource(KubeletConnector kubelets) : HandlerSubresource
{
    private static readonly string[] s_parameters = ["follow", "previous", "sinceSeconds", "sinceTime", "timestamps", "tailLines", "limitBytes", "stream"];

    /// <inheritdoc/>
    public override async Task HandleAsync(ApiRequest request, ResourceStore store)
    {
        Validate(request);
        var pod = await PodTarget.PodAsync(request, store);
        var container = PodTarget.Container(pod, request.Query("container"));
        request.Http.Response.ContentType = "text/plain";
        if (pod.Spec.NodeName.Length == 0) return; // nothing was ever logged

        var query = new StringBuilder();
        foreach (var name in s_parameters)
            if (request.Query(name) is { Length: > 0 } value) query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        var path = $"/containerLogs/{pod.Metadata.Namespace}/{pod.Metadata.Name}/{container}{query}";
        await using var connection = await kubelets.ConnectAsync(pod.Spec.NodeName, ("Get", path), upgrades: false, request.Cancel);
        await RawHttp.SendAsync(connection, "GET", path, [("Host", pod.Spec.NodeName), ("Connection", "close"), ("Accept", "*/*")], request.Cancel);
        var response = await RawHttp.ReadHeadAsync(connection, request.Cancel);
        var body = ResponseBody.Of(connection, response);
        if (response.Code != 200)
        {
            using var text = new StreamReader(body, Encoding.UTF8);
            var message = (await text.ReadToEndAsync(request.Cancel)).Trim();
            throw response.Code is >= 400 and < 500 ? ApiErrors.BadRequest(message) : ApiErrors.InternalError(message);
        }

        await request.Http.Response.StartAsync(request.Cancel);
        await CopyAsync(body, request.Http.Response.Body, request.Cancel);
    }

    /// <summary>Every piece is flushed: a log that is followed must not wait for a full buffer.</summary>
    private static async Task CopyAsync(Stream from, Stream to, CancellationToken cancel)
    {
        var buffer = new byte[32 * 1024];
        int read;
        while ((read = await from.ReadAsync(buffer, cancel)) > 0)
        {
            await to.WriteAsync(buffer.AsMemory(0, read), cancel);
            await to.FlushAsync(cancel);
        }
    }

    private static void Validate(ApiRequest request)
    {
        var errors = new FieldErrors();
        if (request.QueryNumber("tailLines") is < 0 and var lines) errors.Invalid(FieldPath.Of("tailLines"), lines, FieldRules.NotNegativeRule);
        if (request.QueryNumber("limitBytes") is < 1 and var bytes) errors.Invalid(FieldPath.Of("limitBytes"), bytes, "must be greater than 0");
        if (request.QueryNumber("sinceSeconds") is < 1 and var seconds) errors.Invalid(FieldPath.Of("sinceSeconds"), seconds, "must be greater than 0");
        if (request.Query("sinceSeconds").Length > 0 && request.Query("sinceTime").Length > 0) errors.Forbidden(FieldPath.Of(""), "at most one of `sinceTime` or `sinceSeconds` may be specified");
        if (errors.Count > 0) throw ApiErrors.Invalid(new("", "PodLogOptions"), request.Info.Name, errors);
    }
}
