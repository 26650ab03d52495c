using System.IO.Pipelines;
using System.Text;
using Tiphys.Grpc;
using Tiphys.Storage.Etcd.Gateway;
using V3 = Tiphys.Storage.Etcd.V3;

namespace Tiphys.Storage.Tests.Etcd;

public sealed class JsonMessagesTests
{
    private readonly Pipe _in = new();
    private readonly Pipe _out = new();

    [Fact]
    public async Task Messages_are_read_however_they_are_cut()
    {
        var text = Encoding.UTF8.GetBytes(" {\"key\":\"YQ==\",\"unknown\":[{\"a\":\"}\"}]}\n\n{\"key\":\"Yg==\",\"lease\":\"7\"} ");
        var messages = Messages();
        var first = messages.ReadAsync(V3.PutRequest.Parser, TestContext.Current.CancellationToken).AsTask();
        foreach (var b in text)
        {
            await _in.Writer.WriteAsync(new[] { b }, TestContext.Current.CancellationToken);
        }
        await _in.Writer.CompleteAsync();
        Assert.Equal("a", (await first)!.Key.ToStringUtf8());
        var second = await messages.ReadAsync(V3.PutRequest.Parser, TestContext.Current.CancellationToken);
        Assert.Equal(("b", 7), (second!.Key.ToStringUtf8(), second.Lease));
        Assert.Null(await messages.ReadAsync(V3.PutRequest.Parser, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("{\"key\":", "unexpected EOF")]
    [InlineData("{\"key\":]", null)]
    [InlineData("[1]", null)]
    public async Task What_is_no_message_is_refused(string text, string? words)
    {
        await _in.Writer.WriteAsync(Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken);
        await _in.Writer.CompleteAsync();
        var refused = await Assert.ThrowsAsync<GrpcException>(async () => await Messages().ReadAsync(V3.PutRequest.Parser, TestContext.Current.CancellationToken));
        Assert.Equal(GrpcStatusCode.InvalidArgument, refused.Code);
        if (words is not null) Assert.Equal(words, refused.Detail);
    }

    [Fact]
    public async Task Nothing_goes_out_before_it_is_to()
    {
        var messages = Messages();
        for (var i = 1; i <= 2; i++) await messages.WriteAsync(new V3.LeaseStatus { ID = i }, TestContext.Current.CancellationToken);
        Assert.False(_out.Reader.TryRead(out _));
        await messages.FlushAsync(TestContext.Current.CancellationToken);
        Assert.True(_out.Reader.TryRead(out var read));
        Assert.Equal("{\"result\":{\"ID\":\"1\"}}\n{\"result\":{\"ID\":\"2\"}}\n", Encoding.UTF8.GetString(read.Buffer));
    }

    private JsonMessages Messages() => new(_in.Reader, _out.Writer, streaming: true, one: false, mostBytes: 1000);
}
