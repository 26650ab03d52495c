using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.Kubelet.Volumes;

/// <summary>What pods may be told about themselves.</summary>
/// <param name="Pod">The pod.</param>
/// <param name="PodAddresses">Its addresses, if it has any yet.</param>
/// <param name="HostAddresses">The node's addresses.</param>
/// <param name="Allocatable">What stands in for limits that containers do not set.</param>
internal sealed partial record DownwardApi(
    Pod Pod, IReadOnlyList<string> PodAddresses, IReadOnlyList<string> HostAddresses, IReadOnlyDictionary<string, Quantity> Allocatable)
{
    private const string ConfigSeen = "kubernetes.io/config.seen";

    /// <summary>When this node first saw the pod, in its own time zone.</summary>
    public DateTimeOffset? Seen { get; init; }

    /// <summary>The pod's annotations, and those that a node adds for itself.</summary>
    private Dictionary<string, string> Annotations
    {
        get
        {
            var all = new Dictionary<string, string>(Pod.Metadata.Annotations ?? [], StringComparer.Ordinal) { [WellKnownAnnotations.ConfigSource] = "api" };
            if (Seen is { } seen) all[ConfigSeen] = seen.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture) + (seen.Offset == TimeSpan.Zero ? "Z" : seen.ToString("zzz", CultureInfo.InvariantCulture));
            return all;
        }
    }

    /// <summary>The value of a field of the pod.</summary>
    /// <exception cref="FormatException">There is no such field.</exception>
    public string Field(string path)
    {
        var subscript = Subscript().Match(path);
        if (subscript.Success)
        {
            var map = subscript.Groups[1].Value == "labels" ? Pod.Metadata.Labels : Annotations;
            return map?.GetValueOrDefault(subscript.Groups[2].Value) ?? "";
        }
        return path switch
        {
            "metadata.name" => Pod.Metadata.Name,
            "metadata.namespace" => Pod.Metadata.Namespace,
            "metadata.uid" => Pod.Metadata.Uid,
            "metadata.labels" => Lines(Pod.Metadata.Labels),
            "metadata.annotations" => Lines(Annotations),
            "spec.nodeName" => Pod.Spec.NodeName,
            "spec.serviceAccountName" => Pod.Spec.ServiceAccountName,
            "status.hostIP" => HostAddresses.FirstOrDefault() ?? "",
            "status.hostIPs" => string.Join(',', HostAddresses),
            "status.podIP" => PodAddresses.FirstOrDefault() ?? "",
            "status.podIPs" => string.Join(',', PodAddresses),
            _ => throw new FormatException($"unsupported fieldPath: {path}"),
        };
    }

    /// <summary>The value of a resource request or limit of one of the pod's containers.</summary>
    /// <exception cref="FormatException">There is no such container or resource.</exception>
    public string Resource(ResourceFieldSelector selector, Container? self)
    {
        var container = selector.ContainerName.Length > 0
            ? Pods.PodContainers.Find(Pod, selector.ContainerName) ?? throw new FormatException($"container {selector.ContainerName} not found")
            : self ?? throw new FormatException("containerName is required");
        var dot = selector.Resource.IndexOf('.', StringComparison.Ordinal);
        var (list, resource) = (dot < 0 ? "" : selector.Resource[..dot], selector.Resource[(dot + 1)..]);
        var quantity = list switch
        {
            "limits" => container.Resources.Limits?.TryGetValue(resource, out var limit) == true && !limit.IsZero
                ? limit
                : Allocatable.TryGetValue(resource, out var whole) ? whole : Quantity.Zero,
            "requests" => container.Resources.Requests?.GetValueOrDefault(resource) ?? Quantity.Zero,
            _ => throw new FormatException($"unsupported container resource : {selector.Resource}"),
        };
        var divisor = selector.Divisor.IsZero ? 1 : selector.Divisor.Amount;
        return Math.Ceiling(quantity.Amount / divisor).ToString("0", CultureInfo.InvariantCulture);
    }

    private static string Lines(Dictionary<string, string>? map) =>
        string.Join('\n', (map ?? []).OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={Quote(p.Value)}"));

    /// <summary>A string as a Go program would quote it.</summary>
    internal static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            quoted.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                < ' ' or '\x7f' => string.Create(CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => c.ToString(),
            });
        }
        return quoted.Append('"').ToString();
    }

    [GeneratedRegex(@"^metadata\.(labels|annotations)\['(.+)'\]$", RegexOptions.CultureInvariant)]
    private static partial Regex Subscript();
}
