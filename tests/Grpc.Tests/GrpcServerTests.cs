using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Tiphys.Grpc.Server;

namespace Tiphys.Grpc.Tests;

/// <summary>The server against this repository's own client, and against bytes no client of ours would send.</summary>
public sealed class GrpcServerTests : IAsyncLifetime
{
    private LoopbackServer _server = null!;
    private GrpcChannel _channel = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await LoopbackServer.StartAsync(new GrpcServerOptions { MaxMessageBytes = 1000 });
        _channel = new GrpcChannel(_server.EndPoint);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Answers_one_request_with_one_reply()
    {
        Assert.Equal("ÄB", (await CallAsync("Upper", "äb")).Value);
        Assert.Equal("", (await CallAsync("Upper", "")).Value);
    }

    [Fact]
    public async Task Tells_the_status_and_any_words()
    {
        var error = await Assert.ThrowsAsync<GrpcException>(() => CallAsync("Fail", "100 % schön\n"));
        Assert.Equal((GrpcStatusCode.FailedPrecondition, "100 % schön\n"), (error.Code, error.Detail));
    }

    [Fact]
    public async Task Keeps_what_broke_inside_to_itself()
    {
        var error = await Assert.ThrowsAsync<GrpcException>(() => CallAsync("Break", ""));
        Assert.Equal(GrpcStatusCode.Unknown, error.Code);
        Assert.DoesNotContain("secret", error.Detail);
    }

    [Theory]
    [InlineData("/test.Text/Nothing", "unknown method Nothing for service test.Text")]
    [InlineData("/test.Other/Upper", "unknown service test.Other")]
    public async Task Knows_what_it_does_not_have(string method, string words)
    {
        var error = await Assert.ThrowsAsync<GrpcException>(() => _channel.UnaryAsync(method, new StringValue(), StringValue.Parser, null, default));
        Assert.Equal((GrpcStatusCode.Unimplemented, words), (error.Code, error.Detail));
    }

    [Fact]
    public async Task Streams_replies_and_a_failure_after_them()
    {
        var letters = new List<string>();
        var error = await Assert.ThrowsAsync<GrpcException>(async () =>
        {
            await foreach (var letter in _channel.ServerStreamAsync("/test.Text/Letters", new StringValue { Value = "ab!c" }, StringValue.Parser, default))
                letters.Add(letter.Value);
        });
        Assert.Equal(["a", "b"], letters);
        Assert.Equal((GrpcStatusCode.Aborted, "enough"), (error.Code, error.Detail));
    }

    [Fact]
    public async Task Both_sides_of_a_duplex_call_go_on_until_the_caller_has_no_more()
    {
        using var call = _channel.Duplex<StringValue, StringValue>("/test.Text/Echo", StringValue.Parser, [], default);
        for (var i = 0; i < 100; i++)
        {
            Assert.True(call.Send(new StringValue { Value = $"{i}" }));
            Assert.Equal($"{i}", (await call.ReadAsync())!.Value);
        }
        call.Complete();
        Assert.Null(await call.ReadAsync());
    }

    [Fact]
    public async Task Refuses_messages_beyond_the_limit()
    {
        var error = await Assert.ThrowsAsync<GrpcException>(() => CallAsync("Upper", new string('a', 2000)));
        Assert.Equal((GrpcStatusCode.ResourceExhausted, "grpc: received message larger than max (2003 vs. 1000)"), (error.Code, error.Detail));
    }

    [Fact]
    public async Task Answers_when_the_deadline_has_passed_whatever_the_handler_does()
    {
        // By hand: our own client would not wait for the server to say so.
        using var response = await PostAsync("Hang", Frame(new StringValue(), 0), ("grpc-timeout", "50m"));
        Assert.Equal("4", Status(response, "grpc-status"));
        Assert.Equal("context deadline exceeded", Status(response, "grpc-message"));
    }

    [Fact]
    public async Task Takes_compressed_messages()
    {
        using var zipped = new MemoryStream();
        await using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(new StringValue { Value = "abc" }.ToByteArray());
        using var response = await PostAsync("Upper", Frame(zipped.ToArray(), 1), ("grpc-encoding", "gzip"));
        Assert.Equal("0", Status(response, "grpc-status"));
        Assert.Equal("ABC", StringValue.Parser.ParseFrom((await response.Content.ReadAsByteArrayAsync()).AsSpan(5)).Value);
    }

    [Fact]
    public async Task A_small_frame_that_inflates_beyond_the_limit_is_refused()
    {
        using var zipped = new MemoryStream();
        await using (var gzip = new GZipStream(zipped, CompressionLevel.SmallestSize, leaveOpen: true))
            gzip.Write(new byte[100_000]);
        using var response = await PostAsync("Upper", Frame(zipped.ToArray(), 1), ("grpc-encoding", "gzip"));
        Assert.Equal("8", Status(response, "grpc-status"));
    }

    [Fact]
    public async Task Names_the_encodings_it_has_when_asked_for_another()
    {
        using var response = await PostAsync("Upper", Frame(new StringValue(), 0), ("grpc-encoding", "zstd"));
        Assert.Equal("12", Status(response, "grpc-status"));
        Assert.Equal("identity,gzip", Status(response, "grpc-accept-encoding"));
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 0, 0 }, "13")]
    [InlineData(new byte[] { 0, 0, 0, 0, 9, 1 }, "13")]
    [InlineData(new byte[] { 7, 0, 0, 0, 0 }, "13")]
    [InlineData(new byte[] { 1, 0, 0, 0, 0 }, "13")]
    [InlineData(new byte[] { 0, 0, 0, 0, 1, 255 }, "13")]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, "13")]
    [InlineData(new byte[] { }, "13")]
    [InlineData(new byte[] { 0, 255, 255, 255, 255 }, "8")]
    public async Task Survives_nonsense(byte[] body, string status)
    {
        using (var response = await PostAsync("Upper", body))
            Assert.Equal(status, Status(response, "grpc-status"));
        Assert.Equal("A", (await CallAsync("Upper", "a")).Value);
    }

    [Fact]
    public async Task Serves_http1_on_the_same_port()
    {
        using var http = new HttpClient();
        Assert.Equal("plain HTTP/1.1", await http.GetStringAsync(new Uri($"http://{_server.EndPoint}/")));
        using var call = new ByteArrayContent([0, 0, 0, 0, 0]);
        call.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        using var refused = await http.PostAsync(new Uri($"http://{_server.EndPoint}/test.Text/Upper"), call);
        Assert.Equal(HttpStatusCode.HttpVersionNotSupported, refused.StatusCode);
    }

    private Task<StringValue> CallAsync(string method, string text) =>
        _channel.UnaryAsync($"/test.Text/{method}", new StringValue { Value = text }, StringValue.Parser, null, default);

    private async Task<HttpResponseMessage> PostAsync(string method, byte[] body, params (string Name, string Value)[] headers)
    {
        using var http = new HttpClient();
        using var message = new HttpRequestMessage(HttpMethod.Post, new Uri($"http://{_server.EndPoint}/test.Text/{method}"))
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent(body),
        };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        foreach (var (name, value) in headers) message.Headers.TryAddWithoutValidation(name, value);
        return await http.SendAsync(message);
    }

    private static byte[] Frame(IMessage message, byte flag) => Frame(message.ToByteArray(), flag);

    private static byte[] Frame(byte[] payload, byte flag) => [flag, 0, 0, (byte)(payload.Length >> 8), (byte)payload.Length, .. payload];

    private static string? Status(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out var values) || response.Headers.TryGetValues(name, out values) ? values.First() : null;
}
