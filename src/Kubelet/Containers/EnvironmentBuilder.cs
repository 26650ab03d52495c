using System.Globalization;
using System.Text;
using Tiphys.Api.Core.V1;
using Tiphys.Api.Meta.V1;
using Tiphys.Kubelet.Volumes;

namespace Tiphys.Kubelet.Containers;

/// <summary>A container's configuration cannot be worked out; users see the message as <c>CreateContainerConfigError</c>.</summary>
internal sealed class ContainerConfigException(string message) : Exception(message);

/// <summary>Works out a container's environment variables.</summary>
internal sealed class EnvironmentBuilder(IConfigSource config)
{
    private const string MasterService = "kubernetes";

    /// <summary>All variables, the container's own first.</summary>
    /// <exception cref="ContainerConfigException">Something they refer to is missing.</exception>
    public async Task<Dictionary<string, string>> BuildAsync(DownwardApi facts, Container container, CancellationToken cancel)
    {
        var sources = new Sources(config, facts.Pod.Metadata.Namespace, cancel);
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var from in container.EnvFrom ?? [])
        {
            if (from.ConfigMapRef is { } configMap)
            {
                var found = await sources.ConfigMapAsync(configMap.Name, configMap.Optional is true).ConfigureAwait(false);
                foreach (var (key, value) in found?.Data ?? []) variables[from.Prefix + key] = value;
            }
            else if (from.SecretRef is { } secret)
            {
                var found = await sources.SecretAsync(secret.Name, secret.Optional is true).ConfigureAwait(false);
                foreach (var (key, value) in found?.Data ?? []) variables[from.Prefix + key] = Encoding.UTF8.GetString(value);
            }
        }

        var services = ServiceVariables(facts.Pod);
        foreach (var variable in container.Env ?? [])
        {
            var value = variable.Value.Length > 0
                ? VariableExpansion.Expand(variable.Value, name => variables.GetValueOrDefault(name) ?? services.GetValueOrDefault(name))
                : variable.ValueFrom is { } from
                    ? await ResolveAsync(from, facts, container, sources).ConfigureAwait(false)
                    : "";
            if (value is not null) variables[variable.Name] = value;
        }
        foreach (var (name, value) in services) variables.TryAdd(name, value);
        return variables;
    }

    private static async Task<string?> ResolveAsync(EnvVarSource from, DownwardApi facts, Container container, Sources sources)
    {
        try
        {
            if (from.FieldRef is { } field) return facts.Field(field.FieldPath);
            if (from.ResourceFieldRef is { } resource) return facts.Resource(resource, container);
        }
        catch (FormatException e)
        {
            throw new ContainerConfigException(e.Message);
        }
        var podNamespace = facts.Pod.Metadata.Namespace;
        if (from.ConfigMapKeyRef is { } configMap)
        {
            var found = await sources.ConfigMapAsync(configMap.Name, configMap.Optional is true).ConfigureAwait(false);
            if (found?.Data?.TryGetValue(configMap.Key, out var value) == true) return value;
            return configMap.Optional is true ? null
                : throw new ContainerConfigException($"couldn't find key {configMap.Key} in ConfigMap {podNamespace}/{configMap.Name}");
        }
        if (from.SecretKeyRef is { } secret)
        {
            var found = await sources.SecretAsync(secret.Name, secret.Optional is true).ConfigureAwait(false);
            if (found?.Data?.TryGetValue(secret.Key, out var value) == true) return Encoding.UTF8.GetString(value);
            return secret.Optional is true ? null
                : throw new ContainerConfigException($"couldn't find key {secret.Key} in Secret {podNamespace}/{secret.Name}");
        }
        return "";
    }

    private Dictionary<string, string> ServiceVariables(Pod pod)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var service in config.Services)
        {
            if (service.Spec.ClusterIP is "" or "None" || service.Spec.Ports is not { Count: > 0 } ports) continue;
            var isMaster = service.Metadata is { Namespace: WellKnownNamespaces.Default, Name: MasterService };
            if (!isMaster && (pod.Spec.EnableServiceLinks is false || service.Metadata.Namespace != pod.Metadata.Namespace)) continue;
            // A service of the pod's own namespace hides the API server's of the same name only if links are wanted.
            var prefix = service.Metadata.Name.Replace('-', '_').ToUpperInvariant();
            var host = service.Spec.ClusterIP;
            variables[prefix + "_SERVICE_HOST"] = host;
            variables[prefix + "_SERVICE_PORT"] = Text(ports[0].Port);
            foreach (var port in ports.Where(p => p.Name.Length > 0))
                variables[$"{prefix}_SERVICE_PORT_{port.Name.Replace('-', '_').ToUpperInvariant()}"] = Text(port.Port);
            foreach (var (port, index) in ports.Select((p, i) => (p, i)))
            {
                var protocol = port.Protocol.Length > 0 ? port.Protocol : "TCP";
                var address = host.Contains(':') ? $"[{host}]" : host;
                var url = $"{protocol.ToLowerInvariant()}://{address}:{Text(port.Port)}";
                var link = $"{prefix}_PORT_{Text(port.Port)}_{protocol.ToUpperInvariant()}";
                if (index == 0) variables[prefix + "_PORT"] = url;
                variables[link] = url;
                variables[link + "_PROTO"] = protocol.ToLowerInvariant();
                variables[link + "_PORT"] = Text(port.Port);
                variables[link + "_ADDR"] = host;
            }
        }
        return variables;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    // Each object is read once per container, however many variables come from it.
    private sealed class Sources(IConfigSource config, string podNamespace, CancellationToken cancel)
    {
        private readonly Dictionary<string, ConfigMap?> _configMaps = new(StringComparer.Ordinal);
        private readonly Dictionary<string, Secret?> _secrets = new(StringComparer.Ordinal);

        public async Task<ConfigMap?> ConfigMapAsync(string name, bool optional)
        {
            if (!_configMaps.TryGetValue(name, out var found))
                _configMaps[name] = found = await config.GetConfigMapAsync(podNamespace, name, cancel).ConfigureAwait(false);
            return found ?? (optional ? null : throw new ContainerConfigException($"configmap \"{name}\" not found"));
        }

        public async Task<Secret?> SecretAsync(string name, bool optional)
        {
            if (!_secrets.TryGetValue(name, out var found))
                _secrets[name] = found = await config.GetSecretAsync(podNamespace, name, cancel).ConfigureAwait(false);
            return found ?? (optional ? null : throw new ContainerConfigException($"secret \"{name}\" not found"));
        }
    }
}
