using System.Net;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Tiphys.Client.Tests;

/// <summary>Takes down what it is asked, and answers as it is told: with what it was sent, a refusal, or not at all.</summary>
internal sealed class EventServer : HttpMessageHandler
{
    private readonly Channel<(string Method, string Path, JsonNode Body)> _asked = Channel.CreateUnbounded<(string, string, JsonNode)>();

    public Func<HttpMethod, HttpStatusCode?> Answers { get; set; } = static _ => HttpStatusCode.OK;

    public ValueTask<(string Method, string Path, JsonNode Body)> NextAsync() => _asked.Reader.ReadAsync(TestContext.Current.CancellationToken);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = await request.Content!.ReadAsStringAsync(cancellationToken);
        var answer = Answers(request.Method);
        await _asked.Writer.WriteAsync((request.Method.Method, request.RequestUri!.AbsolutePath, JsonNode.Parse(body)!), cancellationToken);
        if (answer is not { } code) throw new HttpRequestException("away");
        return new HttpResponseMessage(code) { Content = new StringContent(code == HttpStatusCode.OK ? body : "", null, "application/json") };
    }
}
