using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace Tiphys.Kubectl.Tests.Live;

/// <summary>
/// An API server that knows pods only, and answers for their node: logs tell what was asked for, and commands echo their input.
/// </summary>
public sealed class FakeNode : IAsyncDisposable
{
    private const string Discovery = """{"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","metadata":{},"items":[{"metadata":{"name":""},"versions":[{"version":"v1","freshness":"Current","resources":[{"resource":"pods","responseKind":{"group":"","version":"v1","kind":"Pod"},"scope":"Namespaced","singularResource":"pod","shortNames":["po"],"verbs":["get","list"]}]}]}]}""";
    private const string NoGroups = """{"kind":"APIGroupDiscoveryList","apiVersion":"apidiscovery.k8s.io/v2","metadata":{},"items":[]}""";
    private const string DiscoveryType = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
    private readonly WebApplication _web;

    private FakeNode(WebApplication web) => _web = web;

    public string Address => _web.Urls.First();

    public static async Task<FakeNode> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static k => k.Listen(System.Net.IPAddress.Loopback, 0));
        var web = builder.Build();
        web.UseWebSockets();
        web.Run(AnswerAsync);
        await web.StartAsync();
        return new FakeNode(web);
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private static Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value!;
        return path switch
        {
            "/api" => SendAsync(http, DiscoveryType, Discovery),
            "/apis" => SendAsync(http, DiscoveryType, NoGroups),
            "/api/v1/namespaces/default/pods" => SendAsync(http, "application/json", $$"""{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[{{Pod("one", false)}}]}"""),
            "/api/v1/namespaces/default/pods/one" => SendAsync(http, "application/json", Pod("one", true)),
            "/api/v1/namespaces/default/pods/one/log" => LogAsync(http),
            "/api/v1/namespaces/default/pods/one/exec" => ExecAsync(http),
            _ => NotFoundAsync(http, path.Split('/')[^1]),
        };
    }

    private static string Pod(string name, bool alone) =>
        "{" + (alone ? "\"kind\":\"Pod\",\"apiVersion\":\"v1\"," : "") + $$$"""
        "metadata":{"name":"{{{name}}}","namespace":"default","uid":"u"},"spec":{"nodeName":"n","initContainers":[{"name":"setup","image":"i"}],"containers":[{"name":"main","image":"i"},{"name":"side","image":"i"}]},"status":{"phase":"Running"}}
        """;

    private static Task SendAsync(HttpContext http, string type, string text)
    {
        http.Response.ContentType = type;
        return http.Response.WriteAsync(text);
    }

    private static Task NotFoundAsync(HttpContext http, string name)
    {
        http.Response.StatusCode = 404;
        return SendAsync(http, "application/json", $$"""{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"pods \"{{name}}\" not found","reason":"NotFound","details":{"name":"{{name}}","kind":"pods"},"code":404}""");
    }

    private static async Task LogAsync(HttpContext http)
    {
        var container = http.Request.Query["container"].ToString();
        if (container == "side" && http.Request.Query.ContainsKey("previous"))
        {
            http.Response.StatusCode = 400;
            await SendAsync(http, "application/json", """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"previous terminated container \"side\" in pod \"one\" not found","reason":"BadRequest","code":400}""");
            return;
        }

        await SendAsync(http, "text/plain", $"{string.Join('&', http.Request.Query.OrderBy(static q => q.Key, StringComparer.Ordinal).Select(static q => $"{q.Key}={q.Value}"))}\nline of {container}\nno end");
    }

    private static async Task ExecAsync(HttpContext http)
    {
        var query = http.Request.Query;
        using var socket = await http.WebSockets.AcceptWebSocketAsync("v5.channel.k8s.io");
        await SendAsync(socket, 1, $"{query["container"]}: {string.Join(' ', query["command"]!)}\n");
        await SendAsync(socket, 2, "to stderr\n");
        var buffer = new byte[1024];
        while (query["stdin"] == "true")
        {
            var received = await socket.ReceiveAsync(buffer, CancellationToken.None);
            if (buffer[0] == 255) break;
            await SendAsync(socket, 1, "echo " + Encoding.UTF8.GetString(buffer, 1, received.Count - 1));
        }

        var code = query["command"].Count > 1 ? query["command"][1] : "0";
        await SendAsync(socket, 3, code == "0"
            ? """{"metadata":{},"status":"Success"}"""
            : $$$"""{"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"{{{code}}}"}]}}""");
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
    }

    private static Task SendAsync(WebSocket socket, byte channel, string text) => socket.SendAsync(new ReadOnlyMemory<byte>([channel, .. Encoding.UTF8.GetBytes(text)]), WebSocketMessageType.Binary, true, CancellationToken.None).AsTask();
}
