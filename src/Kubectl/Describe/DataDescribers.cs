using System.Text;
using Tiphys.Api.Core.V1;

namespace Tiphys.Kubectl.Describe;

/// <summary>Config maps.</summary>
internal sealed class ConfigMapDescriber : Describer<ConfigMap>
{
    protected override void Write(ConfigMap item, DescriptionWriter writer)
    {
        writer.Header(item.Metadata);
        writer.Write(0, "\nData\n====\n");
        foreach (var (key, value) in DescriptionWriter.Sorted(item.Data))
        {
            writer.Write(0, $"{key}:\n----\n");
            writer.Write(0, $"{value}\n");
            writer.Write(0, "\n");
        }

        writer.Write(0, "\nBinaryData\n====\n");
        foreach (var (key, value) in DescriptionWriter.Sorted(item.BinaryData)) writer.Write(0, $"{key}: {value.Length} bytes\n");
        writer.Write(0, "\n");
    }
}

/// <summary>Secrets: only how long their values are, except tokens of service accounts.</summary>
internal sealed class SecretDescriber : Describer<Secret>
{
    protected override bool HasEvents => false;

    protected override void Write(Secret item, DescriptionWriter writer)
    {
        writer.Header(item.Metadata);
        writer.Write(0, $"\nType:\t{item.Type}\n");
        writer.Write(0, "\nData\n====\n");
        foreach (var (key, value) in DescriptionWriter.Sorted(item.Data))
            writer.Field(key, key == "token" && item.Type == "kubernetes.io/service-account-token" ? Encoding.UTF8.GetString(value) : $"{value.Length} bytes");
    }
}

/// <summary>Service accounts.</summary>
internal sealed class ServiceAccountDescriber : Describer<ServiceAccount>
{
    private const string Title = "Image pull secrets:";

    protected override void Write(ServiceAccount item, DescriptionWriter writer)
    {
        writer.Header(item.Metadata);
        if (item.ImagePullSecrets is not { Count: > 0 } secrets)
        {
            writer.Row(0, Title, Texts.None);
            return;
        }

        for (var i = 0; i < secrets.Count; i++) writer.Row(0, i == 0 ? Title : new string(' ', Title.Length), secrets[i].Name);
    }
}
