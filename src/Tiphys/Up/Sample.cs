using System.Reflection;
using System.Text;
using Tiphys.Api.Apps.V1;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Client;
using Tiphys.Kubelet.Containerd.Images;

namespace Tiphys.Up;

/// <summary>The sample application that <c>up</c> ends with, and the image it runs.</summary>
internal static class Sample
{
    private const string Image = "tiphys.local/busybox:1";
    private const string Namespace = WellKnownNamespaces.Default;
    private const string Name = "web";

    /// <summary>Puts the image where the node imports images from.</summary>
    public static void WriteImage(string imagesDirectory)
    {
        var path = Path.Combine(imagesDirectory, "busybox.tar");
        if (File.Exists(path)) return;
        Directory.CreateDirectory(imagesDirectory);
        BusyboxImage.Build(Image).WriteTo(path);
    }

    /// <summary>Applies the manifest, waits for its pods, and asks for its page through the Service's cluster address.</summary>
    /// <returns>The address that answered.</returns>
    public static async Task<string> RunAsync(KubernetesClient client, CancellationToken cancel)
    {
        foreach (var json in Documents())
        {
            var (path, name) = Target(json);
            using var content = KubernetesClient.Json(json, PatchType.Apply);
            using var response = await client.SendAsync(HttpMethod.Patch, $"{path}/{name}?fieldManager=tiphys-up&force=true", content, null, cancel);
        }

        while ((await client.Resource<Deployment>().GetAsync(Namespace, Name, cancel)).Status.ReadyReplicas < 3) await Task.Delay(50, cancel);
        var address = (await client.Resource<Service>().GetAsync(Namespace, Name, cancel)).Spec.ClusterIP;
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        while (true)
        {
            try
            {
                var page = await http.GetStringAsync(new Uri($"http://{address}/"), cancel);
                if (page.Contains("Ahoy", StringComparison.Ordinal)) return address;
            }
            catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
            {
                // The proxy has not caught up yet.
            }

            await Task.Delay(50, cancel);
        }
    }

    private static List<byte[]> Documents()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("web.yaml")!;
        using var text = new StreamReader(stream, Encoding.UTF8);
        return YamlJson.Convert(text);
    }

    private static (string Path, string Name) Target(byte[] json)
    {
        using var document = System.Text.Json.JsonDocument.Parse(json);
        var kind = Api.ApiKinds.Find(document.RootElement.GetProperty("apiVersion").GetString()!, document.RootElement.GetProperty("kind").GetString()!)!;
        return (ResourcePath.Of(kind, Namespace), document.RootElement.GetProperty("metadata").GetProperty("name").GetString()!);
    }
}
