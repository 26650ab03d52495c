using System.Net;
using Google.Protobuf.WellKnownTypes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Tiphys.Grpc.Server;

namespace Tiphys.Grpc.Tests;

/// <summary>A gRPC server on loopback with one method of each kind, all of text.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication _web;

    private LoopbackServer(WebApplication web) => _web = web;

    public IPEndPoint EndPoint => new(IPAddress.Loopback, new Uri(_web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port);

    public static async Task<LoopbackServer> StartAsync(GrpcServerOptions? options = null)
    {
        var methods = new GrpcMethods()
            .Unary("/test.Text/Upper", StringValue.Parser, static (request, _) => ValueTask.FromResult(new StringValue { Value = request.Value.ToUpperInvariant() }))
            .Unary("/test.Text/Fail", StringValue.Parser, static (request, _) => ValueTask.FromException<StringValue>(new GrpcException(GrpcStatusCode.FailedPrecondition, request.Value)))
            .Unary("/test.Text/Break", StringValue.Parser, static (_, _) => ValueTask.FromException<StringValue>(new InvalidOperationException("a secret")))
            .Unary("/test.Text/Hang", StringValue.Parser, static async (request, call) =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, CancellationToken.None);
                return request;
            })
            .ServerStream("/test.Text/Letters", StringValue.Parser, static async (request, messages, call) =>
            {
                foreach (var letter in request.Value)
                {
                    if (letter == '!') throw new GrpcException(GrpcStatusCode.Aborted, "enough");
                    await messages.WriteAsync(new StringValue { Value = letter.ToString() }, call.Cancellation);
                    await messages.FlushAsync(call.Cancellation);
                }
            })
            .Duplex("/test.Text/Echo", static async (messages, call) =>
            {
                while (await messages.ReadAsync(StringValue.Parser, call.Cancellation) is { } message)
                {
                    await messages.WriteAsync(message, call.Cancellation);
                    await messages.FlushAsync(call.Cancellation);
                }
            });
        var dispatcher = new GrpcDispatcher(methods, options ?? new GrpcServerOptions(), NullLogger.Instance);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0, static listen => listen.UseHttp1AndHttp2WithoutTls()));
        var web = builder.Build();
        web.Run(context => GrpcDispatcher.IsCall(context.Request) ? dispatcher.HandleAsync(context) : context.Response.WriteAsync("plain " + context.Request.Protocol));
        await web.StartAsync();
        return new LoopbackServer(web);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(0);
        await _web.StopAsync(now.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _web.DisposeAsync();
    }
}
