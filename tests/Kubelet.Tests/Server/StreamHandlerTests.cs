using System.Text;
using Microsoft.AspNetCore.Http;
using Tiphys.Grpc;
using Tiphys.Kubelet.Server;

namespace Tiphys.Kubelet.Tests.Server;

public class StreamHandlerTests
{
    [Theory]
    [InlineData(GrpcStatusCode.Unavailable, 500)]
    [InlineData(GrpcStatusCode.NotFound, 404)]
    [InlineData(GrpcStatusCode.ResourceExhausted, 429)]
    public async Task What_the_runtime_says_is_the_answer(GrpcStatusCode code, int status)
    {
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { Response = { Body = body } };
        await StreamHandler.GuardAsync(context, () => throw new GrpcException(code, "connection refused"));
        Assert.Equal(status, context.Response.StatusCode);
        Assert.Equal($"rpc error: code = {code} desc = connection refused", Encoding.UTF8.GetString(body.ToArray()));
        Assert.Equal(status == 429 ? "60" : "", context.Response.Headers.RetryAfter.ToString());
    }
}
