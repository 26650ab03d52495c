using System.Text.Json.Nodes;

namespace Tiphys.ApiServer.Tests;

/// <summary>
/// Asks with wrong input what kube-apiserver 1.36 was asked, and compares the causes with its answers, which were recorded:
/// <c>objects.jsonl</c> holds sound objects, <c>answers.jsonl</c> one change to one of them in each line, with what upstream said to it.
/// </summary>
public sealed class UpstreamAnswersTests(TestCluster cluster) : IClassFixture<TestCluster>
{
    private static string[] Lines(string file) => File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Validation", file));

    private static (string Path, JsonNode Object)[] Objects() =>
        [.. Lines("objects.jsonl").Select(static l => JsonNode.Parse(l)!).Select(static n => ((string)n["path"]!, n["object"]!))];

    [Fact]
    public async Task Sound_objects_are_taken()
    {
        var ns = await cluster.NamespaceAsync();
        foreach (var (path, item) in Objects())
        {
            var (code, body) = await SendAsync(ns, path, item);
            Assert.True(code == 201, $"{path}: {body}");
        }
    }

    [Fact]
    public async Task Wrong_ones_are_refused_for_upstreams_reasons()
    {
        var ns = await cluster.NamespaceAsync();
        var objects = Objects();
        var differences = new List<string>();
        foreach (var line in Lines("answers.jsonl"))
        {
            var answer = JsonNode.Parse(line)!;
            var (path, item) = objects[(int)answer[0]!];
            var (code, body) = await SendAsync(ns, path, Changed(item, answer[1]!.AsArray(), (string)answer[2]!, answer[3]));
            var expected = answer[4]!.AsArray().Select(static c => (string)c!);
            var actual = (body["details"]?["causes"]?.AsArray() ?? []).Select(static c => Cut($"{c!["reason"]} {c["field"]}: {c["message"]}"));
            if (code != 422 || !expected.SequenceEqual(actual)) differences.Add($"{line}\n  {code} {body}");
        }

        Assert.True(differences.Count == 0, $"{differences.Count} differ:\n{string.Join('\n', differences.Take(5))}");
    }

    private async Task<(int Code, JsonNode Body)> SendAsync(string ns, string path, JsonNode item)
    {
        path = path.Replace("/namespaces/default/", $"/namespaces/{ns}/", StringComparison.Ordinal);
        var json = item.ToJsonString().Replace("\"namespace\":\"default\"", $"\"namespace\":\"{ns}\"", StringComparison.Ordinal);
        var (code, body) = await cluster.SendAsync("POST", path + "?dryRun=All", json);
        return (code, body);
    }

    // As many characters as were recorded.
    private static string Cut(string cause) => cause.Length > 140 ? cause[..140] : cause;

    private static JsonNode Changed(JsonNode item, JsonArray path, string change, JsonNode? value)
    {
        var copy = item.DeepClone();
        var holder = copy;
        foreach (var part in path.SkipLast(1)) holder = Child(holder, part!);
        var last = path[^1]!;
        switch (change)
        {
            case "del":
                holder.AsObject().Remove((string)last!);
                break;
            case "set" when holder is JsonArray list:
                list[(int)last] = value?.DeepClone();
                break;
            case "set":
                holder[(string)last!] = value?.DeepClone();
                break;
            case "dup":
                var many = Child(holder, last).AsArray();
                many.Add(many[^1]!.DeepClone());
                break;
            case "key":
                var moved = holder[(string)last!]!.DeepClone();
                holder.AsObject().Remove((string)last!);
                holder[(string)value!] = moved;
                break;
        }

        return copy;
    }

    private static JsonNode Child(JsonNode holder, JsonNode part) => holder is JsonArray list ? list[(int)part]! : holder[(string)part!]!;
}
