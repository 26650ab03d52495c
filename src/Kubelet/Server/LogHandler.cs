using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Tiphys.Api.Core.V1;
using Tiphys.Kubelet.Cri;
using Tiphys.Kubelet.Logs;
using Tiphys.Kubelet.Pods;

namespace Tiphys.Kubelet.Server;

/// <summary>Serves containers' logs.</summary>
internal sealed class LogHandler(PodManager pods, IRuntimeService runtime, TimeProvider time)
{
    public async Task HandleAsync(HttpContext context, string podNamespace, string podName, string container)
    {
        if (Parse(context.Request.Query) is not { } query)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, """{"message": "Unable to decode query."}""").ConfigureAwait(false);
            return;
        }
        if (pods.Find(podNamespace, podName) is not { } worker)
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound, $"pod \"{podName}\" does not exist").ConfigureAwait(false);
            return;
        }
        if (PodContainers.Find(worker.Pod, container) is null)
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound, $"container \"{container}\" not found in pod \"{podName}\"").ConfigureAwait(false);
            return;
        }
        var (id, refusal) = Choose(worker.Status, podName, container, context.Request.Query["previous"].ToString() is "true" or "1");
        var path = id is null ? null : (await runtime.ContainerStatusAsync(id, context.RequestAborted).ConfigureAwait(false))?.LogPath;
        if (string.IsNullOrEmpty(path) || !File.Exists(path))
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest,
                refusal ?? $"unable to retrieve container logs for {ContainerStatusBuilder.ContainerUri(id ?? "")}").ConfigureAwait(false);
            return;
        }
        context.Response.ContentType = "text/plain";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        // The head goes out before the first line does, which may be a long time coming.
        await context.Response.StartAsync(context.RequestAborted).ConfigureAwait(false);
        await new LogReader(time).CopyAsync(path, query, c => IsRunningAsync(id!, c), context.Response.Body, context.RequestAborted).ConfigureAwait(false);
    }

    private async Task<bool> IsRunningAsync(string id, CancellationToken cancel)
    {
        try
        {
            return (await runtime.ContainerStatusAsync(id, cancel).ConfigureAwait(false))?.State == Cri.V1.ContainerState.ContainerRunning;
        }
        catch (Grpc.GrpcException e) when (e.Code == Grpc.GrpcStatusCode.Unavailable)
        {
            return true; // containers run on while the runtime restarts
        }
    }

    /// <summary>The run whose log is meant, or why there is none.</summary>
    internal static (string? Id, string? Refusal) Choose(PodStatus pod, string podName, string container, bool previous)
    {
        var status = (pod.ContainerStatuses ?? []).Concat(pod.InitContainerStatuses ?? []).Concat(pod.EphemeralContainerStatuses ?? [])
            .FirstOrDefault(s => s.Name == container);
        if (status is null) return (null, $"container \"{container}\" in pod \"{podName}\" is not available");
        var last = status.LastState.Terminated;
        if (previous)
        {
            return last is { ContainerID.Length: > 0 }
                ? (Strip(last.ContainerID), null)
                : (null, $"previous terminated container \"{container}\" in pod \"{podName}\" not found");
        }
        if (status.State.Running is not null) return (Strip(status.ContainerID), null);
        if (status.State.Terminated is { ContainerID.Length: > 0 } ended) return (Strip(ended.ContainerID), null);
        if (last is { ContainerID.Length: > 0 }) return (Strip(last.ContainerID), null);
        if (status.State.Terminated is not null || last is not null) return (null, $"container \"{container}\" in pod \"{podName}\" is terminated");
        var reason = status.State.Waiting?.Reason switch
        {
            "ErrImagePull" => "image can't be pulled",
            "ImagePullBackOff" => "trying and failing to pull image",
            var other => other,
        };
        return (null, reason is null
            ? $"container \"{container}\" in pod \"{podName}\" is waiting to start - no logs yet"
            : $"container \"{container}\" in pod \"{podName}\" is waiting to start: {reason}");
    }

    private static string Strip(string uri) => uri[(uri.IndexOf("://", StringComparison.Ordinal) + 3)..];

    private LogQuery? Parse(IQueryCollection query)
    {
        try
        {
            var tail = query["tailLines"].ToString();
            if (tail.Length == 0 && query["tail"].ToString() is { Length: > 0 } old && old != "all") tail = old;
            DateTimeOffset? since = null;
            if (query["sinceSeconds"].ToString() is { Length: > 0 } seconds)
                since = time.GetUtcNow().AddSeconds(-long.Parse(seconds, CultureInfo.InvariantCulture));
            else if (query["sinceTime"].ToString() is { Length: > 0 } text)
                since = DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
            var stream = query["stream"].ToString();
            return new LogQuery
            {
                TailLines = tail.Length > 0 ? long.Parse(tail, CultureInfo.InvariantCulture) : null,
                LimitBytes = query["limitBytes"].ToString() is { Length: > 0 } limit ? long.Parse(limit, CultureInfo.InvariantCulture) : null,
                Since = since,
                Follow = query["follow"].ToString() is "true" or "1",
                Timestamps = query["timestamps"].ToString() is "true" or "1",
                Stdout = stream is "" or LogStream.All or LogStream.Stdout,
                Stderr = stream is "" or LogStream.All or LogStream.Stderr,
            };
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static Task RefuseAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(message, context.RequestAborted);
    }
}
