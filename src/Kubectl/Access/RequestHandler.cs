using System.Diagnostics;

namespace Tiphys.Kubectl.Access;

/// <summary>What kubectl does around every request: a time limit, headers, the server's warnings, a line in the log.</summary>
internal sealed class RequestHandler(HttpMessageHandler inner, TimeSpan limit, IReadOnlyList<(string Name, string Value)> headers, Warnings warnings, TextWriter? log) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // A command asks a few things one by one; what HTTP/2 would need besides takes longer than it saves.
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        var since = Stopwatch.GetTimestamp();
        var response = await WithinAsync(request, cancellationToken);
        if (log is not null) await log.WriteLineAsync($"{request.Method} {request.RequestUri} {(int)response.StatusCode} in {Stopwatch.GetElapsedTime(since).TotalMilliseconds:0} milliseconds");
        if (response.Headers.TryGetValues("Warning", out var values))
            foreach (var value in values) warnings.Add(value);
        return response;
    }

    private async Task<HttpResponseMessage> WithinAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        if (limit <= TimeSpan.Zero) return await base.SendAsync(request, cancel);
        var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(limit);
        try
        {
            var response = await base.SendAsync(request, limited.Token);

            // The body is read within the same time, too: a watch, say, ends then.
            limited.Token.Register(static r => ((HttpResponseMessage)r!).Dispose(), response);
            return response;
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, "net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)", e);
        }
    }
}
