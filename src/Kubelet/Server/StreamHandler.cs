using Microsoft.AspNetCore.Http;
using Tiphys.Client;
using Tiphys.Kubelet.Cri;
using Tiphys.Grpc;
using Tiphys.Kubelet.Cri.V1;
using Tiphys.Kubelet.Pods;
using Tiphys.Kubelet.Streaming;

namespace Tiphys.Kubelet.Server;

/// <summary>Serves exec, attach, port forwarding and run: it finds the container and joins the client with the runtime.</summary>
internal sealed class StreamHandler(PodManager pods, IRuntimeService runtime)
{
    private const string RetryAfterSeconds = "60";

    public Task ExecAsync(HttpContext context, string podNamespace, string podName, string? uid, string container) => GuardAsync(context, async () =>
    {
        if (Options(context) is not { } streams)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "you must specify at least 1 of stdin, stdout, stderr").ConfigureAwait(false);
            return;
        }
        if (await FindAsync(context, podNamespace, podName, uid, container, NotFound).ConfigureAwait(false) is not { } run) return;
        var request = new ExecRequest { ContainerId = run.Id, Tty = streams.Tty, Stdin = streams.Stdin, Stdout = streams.Stdout, Stderr = streams.Stderr };
        request.Cmd.Add(context.Request.Query["command"].Select(c => c ?? ""));
        var target = await runtime.ExecAsync(request, context.RequestAborted).ConfigureAwait(false);
        await StreamProxy.RunCommandAsync(context, target, streams, context.RequestAborted).ConfigureAwait(false);
    });

    public Task AttachAsync(HttpContext context, string podNamespace, string podName, string? uid, string container) => GuardAsync(context, async () =>
    {
        if (Options(context) is not { } streams)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "you must specify at least 1 of stdin, stdout, stderr").ConfigureAwait(false);
            return;
        }
        if (await FindAsync(context, podNamespace, podName, uid, container, c => $"container {c} not found in pod {podName}_{podNamespace}").ConfigureAwait(false) is not { } run) return;
        // Whether there is a terminal was decided when the container was made.
        var tty = PodContainers.Find(pods.Find(podNamespace, podName)!.Pod, container)?.Tty is true;
        streams = streams with { Tty = tty, Stderr = streams.Stderr && !tty };
        var request = new AttachRequest { ContainerId = run.Id, Tty = tty, Stdin = streams.Stdin, Stdout = streams.Stdout, Stderr = streams.Stderr };
        var target = await runtime.AttachAsync(request, context.RequestAborted).ConfigureAwait(false);
        await StreamProxy.RunCommandAsync(context, target, streams, context.RequestAborted).ConfigureAwait(false);
    });

    public Task PortForwardAsync(HttpContext context, string podNamespace, string podName, string? uid) => GuardAsync(context, async () =>
    {
        if (pods.Find(podNamespace, podName) is not { } worker || (uid is not null && worker.Pod.Metadata.Uid != uid))
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound, uid is null ? "pod does not exist" : "pod not found").ConfigureAwait(false);
            return;
        }
        var sandbox = await pods.SandboxAsync(worker.Pod.Metadata.Uid, context.RequestAborted).ConfigureAwait(false);
        if (sandbox is null)
        {
            await RefuseAsync(context, StatusCodes.Status500InternalServerError, $"pod not found (\"{podName}_{podNamespace}\")").ConfigureAwait(false);
            return;
        }
        var request = new PortForwardRequest { PodSandboxId = sandbox };
        request.Port.Add(context.Request.Query["port"].SelectMany(p => (p ?? "").Split(',')).Select(p => int.TryParse(p, System.Globalization.CultureInfo.InvariantCulture, out var port) ? port : 0).Where(p => p > 0));
        var target = await runtime.PortForwardAsync(request, context.RequestAborted).ConfigureAwait(false);
        await StreamProxy.ForwardPortAsync(context, target, context.RequestAborted).ConfigureAwait(false);
    });

    /// <summary>Runs a command without streams and answers with what it printed.</summary>
    public async Task RunAsync(HttpContext context, string podNamespace, string podName, string? uid, string container)
    {
        if (await FindAsync(context, podNamespace, podName, uid, container, NotFound).ConfigureAwait(false) is not { } run) return;
        var command = context.Request.Query["cmd"].ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var answer = await runtime.ExecSyncAsync(run.Id, command, TimeSpan.Zero, context.RequestAborted).ConfigureAwait(false);
        context.Response.ContentType = "text/plain";
        await context.Response.Body.WriteAsync(answer.Stdout.Memory, context.RequestAborted).ConfigureAwait(false);
        await context.Response.Body.WriteAsync(answer.Stderr.Memory, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Answers with what the runtime has to say when it fails, already when the container is looked for.</summary>
    internal static async Task GuardAsync(HttpContext context, Func<Task> serve)
    {
        try
        {
            await serve().ConfigureAwait(false);
        }
        catch (GrpcException e) when (!context.Response.HasStarted)
        {
            var status = e.Code switch
            {
                GrpcStatusCode.NotFound => StatusCodes.Status404NotFound,
                GrpcStatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
                _ => StatusCodes.Status500InternalServerError,
            };
            if (status == StatusCodes.Status429TooManyRequests) context.Response.Headers.RetryAfter = RetryAfterSeconds;
            await RefuseAsync(context, status, e.Message).ConfigureAwait(false);
        }
        catch (IOException e) when (!context.Response.HasStarted)
        {
            await RefuseAsync(context, StatusCodes.Status502BadGateway, e.Message).ConfigureAwait(false);
        }
    }

    private async Task<RuntimeContainer?> FindAsync(
        HttpContext context, string podNamespace, string podName, string? uid, string container, Func<string, string> notFound)
    {
        if (pods.Find(podNamespace, podName) is not { } worker || (uid is not null && worker.Pod.Metadata.Uid != uid))
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound, "pod does not exist").ConfigureAwait(false);
            return null;
        }
        if (await pods.ContainerAsync(worker.Pod.Metadata.Uid, container, context.RequestAborted).ConfigureAwait(false) is { } run) return run;
        await RefuseAsync(context, StatusCodes.Status500InternalServerError, notFound(container)).ConfigureAwait(false);
        return null;
    }

    private static string NotFound(string container) => $"container not found (\"{container}\")";

    private static RemoteCommandStreams? Options(HttpContext context)
    {
        var query = context.Request.Query;
        var tty = IsSet("tty");
        var options = new RemoteCommandStreams(IsSet("input") || IsSet("stdin"), IsSet("output") || IsSet("stdout"), (IsSet("error") || IsSet("stderr")) && !tty, tty);
        return options.Stdin || options.Stdout || options.Stderr ? options : null;

        bool IsSet(string name) => query[name].ToString() is "1" or "true";
    }

    private static Task RefuseAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(message, context.RequestAborted);
    }
}
