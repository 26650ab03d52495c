using System.Text.Json.Nodes;

namespace Tiphys.ApiServer.Tests;

/// <summary>A running watch of JSON frames.</summary>
public sealed class TestWatch(HttpResponseMessage response, StreamReader frames) : IDisposable
{
    public int Code => (int)response.StatusCode;

    public void Dispose()
    {
        frames.Dispose();
        response.Dispose();
    }

    /// <summary>The next frame, or null when the watch has ended.</summary>
    public async Task<JsonNode?> NextOrEndAsync() => await frames.ReadLineAsync(TestContext.Current.CancellationToken) is { } line ? JsonNode.Parse(line) : null;

    public async Task<JsonNode> NextAsync() => await NextOrEndAsync() ?? throw new InvalidOperationException("the watch ended");

    /// <summary>The next frames as "TYPE name", those of the namespace's own objects left out.</summary>
    public async Task<List<string>> TakeAsync(int count)
    {
        var taken = new List<string>();
        while (taken.Count < count)
        {
            var frame = await NextAsync();
            taken.Add($"{frame["type"]} {frame["object"]!["metadata"]!["name"]}");
        }

        return taken;
    }
}
