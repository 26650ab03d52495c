using System.Globalization;
using System.Text;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers;

/// <summary>A bootstrap token as its secret in kube-system holds it.</summary>
/// <param name="Id">Public part.</param>
/// <param name="Secret">Secret part.</param>
/// <param name="Expires">When it stops to count, or null.</param>
/// <param name="IsExpired">Whether that has come; an unreadable time counts as past.</param>
/// <param name="ForSigning">Whether it may sign.</param>
internal sealed record BootstrapToken(string Id, string Secret, DateTimeOffset? Expires, bool IsExpired, bool ForSigning)
{
    private const string Type = "bootstrap.kubernetes.io/token";

    /// <summary>Selects bootstrap tokens among secrets.</summary>
    public static ListQuery Query { get; } = new() { FieldSelector = "type=" + Type };

    /// <summary>Reads a secret; null when it is no token.</summary>
    public static BootstrapToken? Parse(Secret secret, DateTimeOffset now)
    {
        if (secret.Type != Type || secret.Metadata.Namespace != "kube-system") return null;
        var id = Text("token-id");
        var value = Text("token-secret");
        if (id.Length == 0 || value.Length == 0 || secret.Metadata.Name != "bootstrap-token-" + id) return null;
        var text = Text("expiration");
        DateTimeOffset? expires = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
        return new(id, value, expires, text.Length > 0 && (expires is null || expires <= now), Text("usage-bootstrap-signing") == "true");

        string Text(string key) => secret.Data?.TryGetValue(key, out var bytes) == true ? Encoding.UTF8.GetString(bytes) : "";
    }
}
