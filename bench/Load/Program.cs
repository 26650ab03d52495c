using System.CommandLine;
using Tiphys.Client;
using Tiphys.Load;

var kubeconfig = new Option<string?>("--kubeconfig") { Description = "Kubeconfig of the server to measure." };
var server = new Option<string?>("--server") { Description = "Its URL, when there is no kubeconfig; certificates are not checked then." };
var token = new Option<string?>("--token") { Description = "Bearer token for --server." };
var scenario = new Argument<string[]>("scenario") { Description = $"What to measure: {string.Join(", ", Scenarios.Names)}; the first five when none is named.", DefaultValueFactory = static _ => [] };
var count = new Option<int>("--count") { Description = "Operations of each scenario.", DefaultValueFactory = static _ => 10000 };
var parallel = new Option<int>("--parallel") { Description = "Requests under way at a time.", DefaultValueFactory = static _ => 16 };
var nodes = new Option<int>("--nodes") { Description = "Fake nodes for create-to-bound.", DefaultValueFactory = static _ => 500 };
var watchers = new Option<int>("--watchers") { Description = "Watchers for watch.", DefaultValueFactory = static _ => 100 };
var image = new Option<string>("--image") { Description = "Image for ready, present on the node, with a sleep program.", DefaultValueFactory = static _ => "tiphys.local/busybox:1" };
var root = new RootCommand("Measures a Kubernetes API server, any server: operations per second and latency percentiles.") { kubeconfig, server, token, count, parallel, nodes, watchers, image, scenario };
root.SetAction(async (result, cancel) =>
{
    var config = result.GetValue(server) is { } url
        ? new ClientConfig { Server = new Uri(url), Token = result.GetValue(token), InsecureSkipTlsVerify = true }
        : Kubeconfig.Load(result.GetValue(kubeconfig) ?? Kubeconfig.DefaultPath);
    var settings = new LoadSettings(result.GetValue(count), result.GetValue(parallel), result.GetValue(nodes), result.GetValue(watchers), result.GetValue(image)!);
    await Scenarios.RunAsync(config, settings, result.GetValue(scenario)!, cancel);
});
return await root.Parse(args).InvokeAsync();
