using System.Globalization;
using Tiphys.Api;
using Tiphys.Api.Core.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of containers.</summary>
internal static class ContainerValidation
{
    private const int MostRestartRules = 20;
    private const int MostExitCodes = 255;
    private static readonly string[] s_messagePolicies = ["File", "FallbackToLogsOnError"];
    private static readonly string[] s_restartPolicies = ["Always", "Never", "OnFailure"];
    private static readonly string[] s_ruleActions = ["Restart", "RestartAllContainers"];
    private static readonly string[] s_codeOperators = ["In", "NotIn"];
    private static readonly string[] s_resizeResources = ["cpu", "memory"];
    private static readonly string[] s_resizePolicies = ["NotRequired", "RestartContainer"];

    /// <summary>When images may be pulled: those of containers, and those that are volumes.</summary>
    public static readonly string[] PullPolicies = [PullPolicy.Always, PullPolicy.IfNotPresent, PullPolicy.Never];

    /// <summary>All containers of a pod.</summary>
    /// <param name="spec">The pod's.</param>
    /// <param name="volumes">Its volumes by name.</param>
    /// <param name="path">Where the spec stands.</param>
    /// <param name="errors">Takes what is wrong.</param>
    public static void Validate(PodSpec spec, Dictionary<string, Volume> volumes, FieldPath path, FieldErrors errors)
    {
        var claims = (spec.ResourceClaims ?? []).Select(static c => c.Name).ToHashSet(StringComparer.Ordinal);
        var names = new HashSet<string>(StringComparer.Ordinal);
        var hostPorts = new HashSet<string>(StringComparer.Ordinal);
        if (spec.Containers.Count == 0) errors.Required(path["containers"]);
        for (var i = 0; i < spec.Containers.Count; i++)
        {
            var container = spec.Containers[i];
            var at = path["containers"][i];
            One(container, spec, volumes, claims, at, errors);
            Unique(container.Name, names, at, errors);
            ProbeValidation.Lifecycle(container.Lifecycle, spec, at["lifecycle"], errors);
            ProbeValidation.Probes(container, at, errors);
            RestartPolicy(container, at, errors);
        }

        // Containers that run one after the other may share ports of the host.
        for (var i = 0; i < spec.Containers.Count; i++) HostPorts(spec.Containers[i], hostPorts, path["containers"][i], errors);
        for (var i = 0; i < (spec.InitContainers?.Count ?? 0); i++) Init(spec.InitContainers![i], spec, volumes, claims, names, path["initContainers"][i], errors);
        Ephemeral(spec, volumes, claims, names, path["ephemeralContainers"], errors);
    }

    /// <summary>Rules of a pod that do not hold for templates, which were once accepted without them.</summary>
    public static void Image(Container container, FieldPath path, FieldErrors errors)
    {
        if (container.Image.Trim() != container.Image) errors.Invalid(path["image"], container.Image, "must not have leading or trailing whitespace");
    }

    private static void One(Container container, PodSpec spec, Dictionary<string, Volume> volumes, HashSet<string> claims, FieldPath path, FieldErrors errors)
    {
        FieldRules.Name(container.Name, Names.LabelErrors, path["name"], errors);
        if (container.Image.Length == 0) errors.Required(path["image"]);
        FieldRules.OneOf(container.TerminationMessagePolicy, s_messagePolicies, path["terminationMessagePolicy"], errors);
        Ports(container.Ports, path["ports"], errors);
        EnvValidation.Variables(container.Env, path["env"], errors);
        EnvValidation.Sources(container.EnvFrom, path["envFrom"], errors);
        MountValidation.Validate(container, volumes, path, errors);
        FieldRules.OneOf(container.ImagePullPolicy, PullPolicies, path["imagePullPolicy"], errors);
        ResourceValidation.Container(container.Resources, claims, path["resources"], errors);
        ResizePolicy(container.ResizePolicy, spec.RestartPolicy, path["resizePolicy"], errors);
        SecurityValidation.Container(container.SecurityContext, spec.HostUsers != false, path["securityContext"], errors);
    }

    private static void Init(Container container, PodSpec spec, Dictionary<string, Volume> volumes, HashSet<string> claims, HashSet<string> names, FieldPath path, FieldErrors errors)
    {
        var sidecar = container.RestartPolicy == "Always";
        One(container, spec, volumes, claims, path, errors);
        RestartPolicy(container, path, errors);
        Unique(container.Name, names, path, errors);
        HostPorts(container, new HashSet<string>(StringComparer.Ordinal), path, errors);
        if (sidecar)
        {
            ProbeValidation.Lifecycle(container.Lifecycle, spec, path["lifecycle"], errors);
            ProbeValidation.Probes(container, path, errors);
            return;
        }

        const string onlySidecars = "may not be set for init containers without restartPolicy=Always";
        if (container.Lifecycle is not null) errors.Forbidden(path["lifecycle"], onlySidecars);
        if (container.LivenessProbe is not null) errors.Forbidden(path["livenessProbe"], onlySidecars);
        if (container.ReadinessProbe is not null) errors.Forbidden(path["readinessProbe"], onlySidecars);
        if (container.StartupProbe is not null) errors.Forbidden(path["startupProbe"], onlySidecars);
        for (var i = 0; i < (container.ResizePolicy?.Count ?? 0); i++)
        {
            var policy = container.ResizePolicy![i].RestartPolicy;
            if (policy == "RestartContainer") errors.Invalid(path["resizePolicy"][i]["restartPolicy"], policy, "must not be set to 'RestartContainer' for non-sidecar initContainers");
        }
    }

    private static void Ephemeral(PodSpec spec, Dictionary<string, Volume> volumes, HashSet<string> claims, HashSet<string> names, FieldPath path, FieldErrors errors)
    {
        const string notEphemeral = "cannot be set for an Ephemeral Container";
        for (var i = 0; i < (spec.EphemeralContainers?.Count ?? 0); i++)
        {
            var container = spec.EphemeralContainers![i];
            var at = path[i];
            One(EphemeralContainers.AsContainer(container), spec, volumes, claims, at, errors);
            Unique(container.Name, names, at, errors);
            if (container.TargetContainerName.Length > 0 && !IsRegular(spec, container.TargetContainerName)) errors.NotFound(at["targetContainerName"], container.TargetContainerName);
            foreach (var field in EphemeralContainers.ForbiddenFields(container)) errors.Forbidden(at[field], notEphemeral);
            for (var j = 0; j < (container.VolumeMounts?.Count ?? 0); j++)
            {
                if (container.VolumeMounts![j].SubPath.Length > 0) errors.Forbidden(at["volumeMounts"][j]["subPath"], notEphemeral);
                if (container.VolumeMounts[j].SubPathExpr.Length > 0) errors.Forbidden(at["volumeMounts"][j]["subPathExpr"], notEphemeral);
            }
        }
    }

    private static bool IsRegular(PodSpec spec, string name) => spec.Containers.Exists(c => c.Name == name) || spec.InitContainers?.Exists(c => c.Name == name) == true;

    private static void Unique(string name, HashSet<string> names, FieldPath path, FieldErrors errors)
    {
        if (name.Length > 0 && !names.Add(name)) errors.Duplicate(path["name"], name);
    }

    private static void Ports(List<ContainerPort>? ports, FieldPath path, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < (ports?.Count ?? 0); i++)
        {
            var port = ports![i];
            if (port.Name.Length > 0)
            {
                var problems = PortRules.NameErrors(port.Name);
                errors.Invalid(path[i]["name"], port.Name, problems);
                if (problems.Count == 0 && !names.Add(port.Name)) errors.Duplicate(path[i]["name"], port.Name);
            }

            if (port.Port == 0) errors.Required(path[i]["containerPort"]);
            else PortRules.Number(port.Port, path[i]["containerPort"], errors);
            if (port.HostPort != 0) PortRules.Number(port.HostPort, path[i]["hostPort"], errors);
            FieldRules.OneOf(port.Protocol, PortRules.Protocols, path[i]["protocol"], errors);
        }
    }

    private static void HostPorts(Container container, HashSet<string> taken, FieldPath path, FieldErrors errors)
    {
        for (var i = 0; i < (container.Ports?.Count ?? 0); i++)
        {
            var port = container.Ports![i];
            if (port.HostPort == 0) continue;
            var text = string.Create(CultureInfo.InvariantCulture, $"{port.Protocol}/{port.HostIP}/{port.HostPort}");
            if (!taken.Add(text)) errors.Duplicate(path["ports"][i]["hostPort"], text);
        }
    }

    private static void ResizePolicy(List<ContainerResizePolicy>? policies, string podRestartPolicy, FieldPath path, FieldErrors errors)
    {
        var resources = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < (policies?.Count ?? 0); i++)
        {
            var policy = policies![i];
            if (!resources.Add(policy.ResourceName)) errors.Duplicate(path[i], policy.ResourceName);
            FieldRules.OneOf(policy.ResourceName, s_resizeResources, path, errors);
            FieldRules.OneOf(policy.RestartPolicy, s_resizePolicies, path, errors);
            if (podRestartPolicy == "Never" && policy.RestartPolicy != "NotRequired") errors.Invalid(path, policy.RestartPolicy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'");
        }
    }

    private static void RestartPolicy(Container container, FieldPath path, FieldErrors errors)
    {
        var rules = container.RestartPolicyRules ?? [];
        if (container.RestartPolicy is { } policy) FieldRules.Supported(policy, s_restartPolicies, path["restartPolicy"], errors);
        else if (rules.Count > 0) errors.Required(path["restartPolicy"], "must specify restartPolicy when restart rules are used");
        if (rules.Count > MostRestartRules) errors.TooMany(path["restartPolicyRules"], rules.Count, MostRestartRules);
        for (var i = 0; i < rules.Count; i++)
        {
            var at = path["restartPolicyRules"][i];
            FieldRules.Supported(rules[i].Action, s_ruleActions, at["action"], errors);
            if (rules[i].ExitCodes is not { } codes)
            {
                errors.Required(at["exitCodes"], "must be specified");
                continue;
            }

            FieldRules.Supported(codes.Operator, s_codeOperators, at["exitCodes"]["operator"], errors);
            if (codes.Values?.Count > MostExitCodes) errors.TooMany(at["exitCodes"]["values"], codes.Values.Count, MostExitCodes);
        }
    }
}
