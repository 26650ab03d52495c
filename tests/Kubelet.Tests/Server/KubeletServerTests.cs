using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

using Tiphys.Api.Core.V1;
using Tiphys.Client;
using Tiphys.Kubelet.Tests.Harness;
using TestCertificates = Tiphys.Kubelet.Tests.Harness.TestCertificates;

namespace Tiphys.Kubelet.Tests.Server;

public class KubeletServerTests(RuntimeFixture fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static HttpClient Client(TestNode node, string group = "system:masters")
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        if (group.Length > 0) handler.SslOptions.ClientCertificates = [TestCertificates.Client("tester", group)];
        return new HttpClient(handler) { BaseAddress = node.Server };
    }

    [Fact]
    public async Task Logs_come_out_as_they_were_written()
    {
        await using var node = await TestNode.StartAsync(fixture);
        var created = node.CreatePod("talker", "sh", "-c", "go() { until test -e /$1; do sleep 0.05; done; }; echo one; go 2; echo two >&2; go 3; echo three; go 4; echo four; trap 'exit 0' TERM; sleep 1000 & wait");
        var id = (await node.WaitReadyAsync("talker")).Status.ContainerStatuses![0].ContainerID["containerd://".Length..];
        var runtime = await fixture.GetAsync();
        using var client = Client(node);
        await SaidAsync("one");
        await LetAsync(2);
        await SaidAsync("two");
        await LetAsync(3);
        await SaidAsync("three");
        Assert.Equal("two\nthree\n", await client.GetStringAsync("containerLogs/default/talker/main?tailLines=2", Cancel));
        Assert.Equal("two\n", await client.GetStringAsync("containerLogs/default/talker/main?stream=Stderr", Cancel));
        Assert.Equal("one\ntwo", await client.GetStringAsync("containerLogs/default/talker/main?limitBytes=7", Cancel));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}\S+ one\n", await client.GetStringAsync("containerLogs/default/talker/main?timestamps=true", Cancel));
        using var following = await client.GetAsync("containerLogs/default/talker/main?follow=true", HttpCompletionOption.ResponseHeadersRead, Cancel);
        using var reader = new StreamReader(await following.Content.ReadAsStreamAsync(Cancel));
        for (var i = 0; i < 3; i++) await reader.ReadLineAsync(Cancel);
        await LetAsync(4);
        Assert.Equal("four", await reader.ReadLineAsync(Cancel));
        var refused = await client.GetAsync("containerLogs/default/talker/main?previous=true", Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal("previous terminated container \"main\" in pod \"talker\" not found", await refused.Content.ReadAsStringAsync(Cancel));
        Assert.NotNull(created);

        // The two streams are two pipes: only what waits for what was said before has an order.
        Task LetAsync(int step) => runtime.Service.ExecSyncAsync(id, ["touch", $"/{step}"], Patience.Limit, Cancel);

        Task SaidAsync(string word) => Patience.ForAsync(() => client.GetStringAsync("containerLogs/default/talker/main", Cancel), log => log.Contains(word, StringComparison.Ordinal), word);
    }

    [Fact]
    public async Task Strangers_are_refused()
    {
        await using var node = await TestNode.StartAsync(fixture);
        node.CreatePod("guarded");
        await node.WaitReadyAsync("guarded");
        using var nobody = Client(node, "");
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync("pods", Cancel)).StatusCode);
    }

    [Fact]
    public async Task Exec_over_websockets_carries_input_output_and_exit_code()
    {
        await using var node = await TestNode.StartAsync(fixture);
        node.CreatePod("shell");
        await node.WaitReadyAsync("shell");
        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("v5.channel.k8s.io");
        socket.Options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        socket.Options.ClientCertificates = [TestCertificates.Client("tester", "system:masters")];
        var url = new UriBuilder(new Uri(node.Server, "exec/default/shell/main?command=sh&command=-c&command=cat%3B+echo+err+%3E%262%3B+exit+5&input=1&output=1&error=1")) { Scheme = "wss" }.Uri;
        await socket.ConnectAsync(url, Cancel);
        await socket.SendAsync((byte[])[0, .. "hello"u8], WebSocketMessageType.Binary, true, Cancel);
        await socket.SendAsync((byte[])[255, 0], WebSocketMessageType.Binary, true, Cancel);
        var output = new StringBuilder[] { new(), new(), new(), new() };
        var buffer = new byte[4096];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer, Cancel);
            if (part.MessageType == WebSocketMessageType.Close) break;
            output[buffer[0]].Append(Encoding.UTF8.GetString(buffer, 1, part.Count - 1));
        }
        Assert.Equal("hello", output[1].ToString());
        Assert.Equal("err\n", output[2].ToString());
        var status = JsonNode.Parse(output[3].ToString())!;
        Assert.Equal("Failure", (string?)status["status"]);
        Assert.Equal("NonZeroExitCode", (string?)status["reason"]);
        Assert.Equal("5", (string?)status["details"]!["causes"]![0]!["message"]);
    }

    [Fact]
    public async Task Exec_and_port_forward_over_spdy_pass_through()
    {
        await using var node = await TestNode.StartAsync(fixture);
        CreatePage(node, "web");
        await node.WaitReadyAsync("web");
        await using (var spdy = await UpgradeAsync(node, "exec/default/web/main?command=echo&command=hi&output=1", "v4.channel.k8s.io"))
        {
            var error = await spdy.OpenAsync([("streamtype", "error")], Cancel);
            var stdout = await spdy.OpenAsync([("streamtype", "stdout")], Cancel);
            Assert.Equal("hi\n", await ReadAsync(stdout));
            Assert.Contains("Success", await ReadAsync(error), StringComparison.Ordinal);
        }
        await using (var spdy = await UpgradeAsync(node, "portForward/default/web", "portforward.k8s.io"))
        {
            (string, string)[] headers = [("port", "8080"), ("requestid", "1")];
            var error = await spdy.OpenAsync([("streamtype", "error"), .. headers], Cancel);
            await error.CloseWriteAsync(Cancel);
            var data = await spdy.OpenAsync([("streamtype", "data"), .. headers], Cancel);
            await data.WriteAsync("GET /index.html HTTP/1.0\r\n\r\n"u8.ToArray(), Cancel);
            Assert.EndsWith("page\n", await ReadAsync(data), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("exec", "container not found (\"main\")")]
    [InlineData("attach", "container main not found in pod waiting_default")]
    public async Task A_container_that_was_never_made_is_not_found(string command, string expected)
    {
        await using var node = await TestNode.StartAsync(fixture);
        node.CreatePod("waiting", p => (p.Spec.Containers[0].Image, p.Spec.Containers[0].ImagePullPolicy) = ("tiphys.local/absent:1", "Never"));
        await node.WaitAsync("waiting", p => p.Status.ContainerStatuses?[0].State.Waiting?.Reason == "ErrImageNeverPull");
        using var client = Client(node);
        var answer = await client.PostAsync($"{command}/default/waiting/main?command=true&output=1", null, Cancel);
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal(expected, await answer.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task Port_forwarding_tunnels_through_a_websocket()
    {
        await using var node = await TestNode.StartAsync(fixture);
        CreatePage(node, "tunnel");
        await node.WaitReadyAsync("tunnel");
        var tls = await ConnectAsync(node,
            "GET /portForward/default/tunnel HTTP/1.1\r\nHost: node\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: SPDY/3.1+portforward.k8s.io\r\n\r\n", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        using var socket = WebSocket.CreateFromStream(tls, new WebSocketCreationOptions { IsServer = false });
        await using var spdy = new SpdyConnection(new WebSocketByteStream(socket));
        (string, string)[] headers = [("port", "8080"), ("requestid", "1")];
        await spdy.OpenAsync([("streamtype", "error"), .. headers], Cancel);
        var data = await spdy.OpenAsync([("streamtype", "data"), .. headers], Cancel);
        await data.WriteAsync("GET /index.html HTTP/1.0\r\n\r\n"u8.ToArray(), Cancel);
        Assert.EndsWith("page\n", await ReadAsync(data), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Usage_is_served_for_the_metrics_api()
    {
        await using var node = await TestNode.StartAsync(fixture);
        node.CreatePod("used");
        await node.WaitReadyAsync("used");
        using var client = Client(node);
        var summary = JsonNode.Parse(await client.GetStringAsync("stats/summary", Cancel))!;
        Assert.Equal("used", (string?)summary["pods"]![0]!["podRef"]!["name"]);
        var metrics = await client.GetStringAsync("metrics/resource", Cancel);
        Assert.Contains("container_memory_working_set_bytes{container=\"main\",namespace=\"default\",pod=\"used\"}", metrics, StringComparison.Ordinal);
        Assert.Contains("node_cpu_usage_seconds_total ", metrics, StringComparison.Ordinal);
        Assert.Contains("container_cpu_usage_seconds_total{container=\"main\",cpu=\"total\"", await client.GetStringAsync("metrics/cadvisor", Cancel), StringComparison.Ordinal);
        Assert.Contains("\"name\":\"used\"", await client.GetStringAsync("pods", Cancel), StringComparison.Ordinal);
    }

    /// <summary>A pod that is ready when its page can be had.</summary>
    private static void CreatePage(TestNode node, string name) => node.CreatePod(name, p =>
    {
        p.Spec.Containers[0].Command = ["sh", "-c", "mkdir /www; echo page > /www/index.html; trap 'exit 0' TERM; httpd -f -p 8080 -h /www & wait"];
        p.Spec.Containers[0].ReadinessProbe = new Probe { HttpGet = new() { Path = "/", Port = 8080 }, PeriodSeconds = 1, TimeoutSeconds = 100 };
    });

    private static async Task<SpdyConnection> UpgradeAsync(TestNode node, string path, string protocol) => new(await ConnectAsync(
        node, $"POST /{path} HTTP/1.1\r\nHost: node\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: {protocol}\r\nContent-Length: 0\r\n\r\n", protocol));

    private static async Task<SslStream> ConnectAsync(TestNode node, string request, string expected)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(node.Server.Host, node.Server.Port, Cancel);
        var tls = new SslStream(new NetworkStream(socket, true));
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "node",
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
            ClientCertificates = [TestCertificates.Client("tester", "system:masters")],
        }, Cancel);
        await tls.WriteAsync(Encoding.ASCII.GetBytes(request), Cancel);
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await tls.ReadExactlyAsync(one, Cancel);
            head.Append((char)one[0]);
        }
        Assert.StartsWith("HTTP/1.1 101", head.ToString(), StringComparison.Ordinal);
        Assert.Contains(expected, head.ToString(), StringComparison.Ordinal);
        return tls;
    }

    private static async Task<string> ReadAsync(SpdyStream stream)
    {
        using var reader = new StreamReader(stream.Input.AsStream());
        return await reader.ReadToEndAsync(Cancel).WaitAsync(Patience.Limit, Cancel);
    }
}
