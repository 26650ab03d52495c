using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Tiphys.Api;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>What a watch asks for.</summary>
/// <param name="Selection">Which objects.</param>
/// <param name="Revision">Changes after this one; null for the current objects first, then changes.</param>
/// <param name="Bookmarks">Whether progress is told.</param>
/// <param name="InitialEventsEnd">The initial objects end with an annotated bookmark (sendInitialEvents).</param>
/// <param name="Timeout">When the server ends the watch.</param>
/// <param name="Failure">Why there is nothing to watch, or null.</param>
internal sealed record WatchOptions(Selection Selection, long? Revision, bool Bookmarks, bool InitialEventsEnd, TimeSpan Timeout, Status? Failure = null);

/// <summary>Streams a resource's changes to one client.</summary>
internal sealed class WatchResponse(ApiRequest request, ResourceView view, WatchCache cache, TimeProvider time)
{
    private static readonly TimeSpan BookmarkEvery = TimeSpan.FromMinutes(1);
    private readonly Accepted _accepted = MediaTypes.Negotiate(request.Http.Request.Headers.Accept.ToString(), transforms: true);
    private bool _sentColumns;

    public async Task RunAsync(WatchOptions options)
    {
        using var output = new ResponseBuffer();
        List<StoredObject> initial = [];
        WatchCursor cursor;
        try
        {
            if (options.Failure is { } failure) throw new StatusException(failure);
            if (options.Revision is { } revision) cursor = cache.OpenCursor(revision);
            else (initial, cursor) = cache.ListAndOpenCursor(options.Selection);
        }
        catch (StatusException e)
        {
            // Clients of upstream look for it in the stream, not in the response's code.
            Start();
            WriteError(output, e.Status);
            await FlushAsync(output);
            return;
        }

        Start();
        foreach (var item in initial)
        {
            Write(output, "ADDED", item, null);
            if (output.Length >= ResponseBuffer.Full) await FlushAsync(output);
        }

        if (options.InitialEventsEnd) WriteBookmark(output, cursor.Revision, initialEventsEnd: true);

        // The client waits for the headers even when there is nothing to tell yet.
        await request.Http.Response.StartAsync(request.Cancel);
        await request.Http.Response.BodyWriter.FlushAsync(request.Cancel);
        await FlushAsync(output);
        await FollowAsync(options, cursor, output);
    }

    private async Task FollowAsync(WatchOptions options, WatchCursor cursor, ResponseBuffer output)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(request.Cancel);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(ended.Token, view.Stopping);
        var began = time.GetTimestamp();
        var timeout = Task.Delay(options.Timeout, time, stopping.Token);
        var tick = NextTick();
        var told = cursor.Revision;
        try
        {
            while (!timeout.IsCompleted)
            {
                var changes = await cursor.ReadAsync(tick, request.Cancel);
                if (changes is null)
                {
                    WriteError(output, ApiErrors.Expired("the watch fell behind the history that is kept").Status);
                    await FlushAsync(output);
                    return;
                }

                foreach (var change in changes)
                {
                    var sight = change.See(options.Selection);
                    if (sight == WatchSight.None) continue;
                    Write(output, sight, change);
                    told = change.Revision;
                }

                if (tick.IsCompleted && options.Bookmarks)
                {
                    if (cursor.Revision > told) WriteBookmark(output, told = cursor.Revision, initialEventsEnd: false);
                    tick = NextTick();
                }

                await FlushAsync(output);
            }

            // A last bookmark lets the client resume exactly where this watch ends.
            if (options.Bookmarks && cursor.Revision > told)
            {
                WriteBookmark(output, cursor.Revision, initialEventsEnd: false);
                await FlushAsync(output);
            }
        }
        finally
        {
            await ended.CancelAsync();
        }

        // The last tick is the end: a watch that waits for its next bookmark must not outlive its time.
        Task NextTick() => options.Bookmarks && options.Timeout - time.GetElapsedTime(began) > BookmarkEvery ? Task.Delay(BookmarkEvery, time, stopping.Token) : timeout;
    }

    private ValueTask FlushAsync(ResponseBuffer output) => output.FlushAsync(request.Http.Response.BodyWriter, request.Cancel);

    private void Start()
    {
        var http = request.Http;
        http.Response.StatusCode = 200;
        http.Response.ContentType = _accepted.Format == WireFormat.Protobuf ? MediaTypes.Protobuf + ";stream=watch" : MediaTypes.Json;
        http.Response.Headers.CacheControl = "no-cache, private";
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }

    private void Write(IBufferWriter<byte> output, WatchSight sight, CacheEvent change)
    {
        if (_accepted is { Format: WireFormat.Json, As: null } && view.IsStoredShape) output.Write(change.Frame(sight).Span);
        else Write(output, sight switch { WatchSight.Added => "ADDED", WatchSight.Modified => "MODIFIED", _ => "DELETED" }, change.Object(sight), null);
    }

    private void Write(IBufferWriter<byte> output, string type, StoredObject item, IApiMessage? message)
    {
        if (message is null && _accepted is { Format: WireFormat.Json, As: null } && view.IsStoredShape)
        {
            output.Write(Encoding.UTF8.GetBytes($"{{\"type\":\"{type}\",\"object\":"));
            view.Layout.WriteObject(output, item.Json.Span, item.Revision);
            output.Write("}\n"u8);
            return;
        }

        message ??= _accepted.As switch
        {
            null => view.Decode(item),
            "Table" => Table(item),
            _ => ResourceView.Partial(view.Decode(item)),
        };
        WriteFrame(output, type, message);
    }

    private Table Table(StoredObject item)
    {
        var table = view.Table([item], item.Revision, null, request, columns: !_sentColumns);
        _sentColumns = true;
        return table;
    }

    private void WriteBookmark(IBufferWriter<byte> output, long revision, bool initialEventsEnd)
    {
        var item = (IKubernetesObject)view.Kind.New();
        item.Metadata.ResourceVersion = revision.ToString(CultureInfo.InvariantCulture);
        if (initialEventsEnd) item.Metadata.Annotations = new() { ["k8s.io/initial-events-end"] = "true" };
        IApiMessage message = _accepted.As switch
        {
            "Table" => new Table
            {
                Metadata = new() { ResourceVersion = item.Metadata.ResourceVersion },
                Rows = [new() { Object = new RawJson(ApiJson.Encode(ResourceView.Partial(item))) }],
            },
            null => item,
            _ => ResourceView.Partial(item),
        };
        WriteFrame(output, "BOOKMARK", message);
    }

    private void WriteError(IBufferWriter<byte> output, Status status) => WriteFrame(output, "ERROR", status);

    private void WriteFrame(IBufferWriter<byte> output, string type, IApiMessage message)
    {
        if (_accepted.Format != WireFormat.Protobuf)
        {
            output.Write(Encoding.UTF8.GetBytes($"{{\"type\":\"{type}\",\"object\":"));
            ApiJson.Encode(message, output);
            output.Write("}\n"u8);
            return;
        }

        // A frame is its length and a WatchEvent whose object is a whole envelope of its own.
        var writer = new ProtoWriter();
        writer.Raw(2, new RawJson(ApiProto.Encode((IKind)message)));
        writer.String(1, type);
        BinaryPrimitives.WriteInt32BigEndian(output.GetSpan(4), writer.Length);
        output.Advance(4);
        output.Write(writer.Written.Span);
    }
}
