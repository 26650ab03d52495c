using System.Text.Json.Nodes;
using Tiphys.Client;
using Tiphys.Kubectl.CommandLine;
using Tiphys.Kubectl.Resources;

namespace Tiphys.Kubectl.Version;

/// <summary><c>kubectl version</c>. There is no kustomize in this kubectl, and so no version of it.</summary>
internal sealed class VersionCommand : Command
{
    private readonly Flag<bool> _client;
    private readonly Flag<string> _output;

    public VersionCommand()
    {
        _client = Flags.Bool("client", null, false, "Only this program's version; no server is asked.");
        _output = Flags.String("output", 'o', "", "json or yaml.");
    }

    public override string Name => "version";

    public override string Summary => "Print the client and server version information";

    public override string Synopsis => "version";

    public override async Task<int> RunAsync(CommandContext context, ParsedArguments arguments, CancellationToken cancel)
    {
        if (arguments.Arguments.Count > 0) throw new KubectlException($"extra arguments: [{string.Join(' ', arguments.Arguments)}]");
        if (_output.Value is not ("" or "json" or "yaml")) throw new KubectlException("--output must be 'yaml' or 'json'");
        JsonObject? server = null;
        Exception? error = null;
        if (!_client.Value)
        {
            try
            {
                server = await new ResourceApi(context.Cluster.Client).GetAsync("version", cancel);
            }
            catch (Exception e) when (e is ApiException or HttpRequestException)
            {
                error = e;
            }
        }

        Print(context.Out, server);
        if (error is not null) throw error;
        return 0;
    }

    private void Print(TextWriter output, JsonObject? server)
    {
        if (_output.Value.Length == 0)
        {
            output.Write($"Client Version: {KubectlVersion.Text}\n");
            if (server is not null) output.Write($"Server Version: {Json.Text(server, "gitVersion")}\n");
            return;
        }

        var versions = new JsonObject { ["clientVersion"] = new JsonObject { ["gitVersion"] = KubectlVersion.Text, ["major"] = "1", ["minor"] = "36" } };
        if (server is not null) versions["serverVersion"] = server;
        output.Write(_output.Value == "json" ? versions.ToJsonString(s_indented) : JsonYaml.Convert(Json.Bytes(versions)));
        output.Write('\n');
    }

    private static readonly System.Text.Json.JsonSerializerOptions s_indented = new() { WriteIndented = true, NewLine = "\n", TypeInfoResolver = System.Text.Json.Serialization.Metadata.JsonTypeInfoResolver.Combine() };
}
