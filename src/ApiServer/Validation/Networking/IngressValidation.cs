using Tiphys.Api.Core.V1;
using Tiphys.Api.Networking.V1;

namespace Tiphys.ApiServer;

/// <summary>The rules of ingresses.</summary>
internal static class IngressValidation
{
    private const string ClassAnnotation = "kubernetes.io/ingress.class";
    private static readonly FieldPath Spec = FieldPath.Of("spec");
    private static readonly string[] s_sequences = ["//", "/./", "/../", "%2f", "%2F"];
    private static readonly string[] s_suffixes = ["/..", "/."];
    private static readonly string[] s_pathTypes = ["Exact", "ImplementationSpecific", "Prefix"];

    public static KindRules<Ingress> Rules { get; } = new(Validate) { Wanted = static i => i.Spec };

    private static void Validate(Ingress ingress, FieldErrors errors)
    {
        var spec = ingress.Spec;
        if (spec.Rules is not { Count: > 0 } && spec.DefaultBackend is null) errors.Invalid(Spec, spec.Rules, "either `defaultBackend` or `rules` must be specified");
        if (spec.DefaultBackend is { } backend) Backend(backend, Spec["defaultBackend"], errors);
        for (var i = 0; i < (spec.Rules?.Count ?? 0); i++) Rule(spec.Rules![i], Spec["rules"][i], errors);
        for (var i = 0; i < (spec.Tls?.Count ?? 0); i++)
        {
            for (var j = 0; j < (spec.Tls![i].Hosts?.Count ?? 0); j++) Host(spec.Tls[i].Hosts![j], Spec["tls"][i]["hosts"][j], errors);
            FieldRules.OptionalName(spec.Tls[i].SecretName, Names.SubdomainErrors, Spec["tls"][i]["secretName"], errors);
        }

        if (spec.IngressClassName is not { } name) return;
        errors.Invalid(Spec["ingressClassName"], name, Names.SubdomainErrors(name));
        if (ingress.Metadata.Annotations?.TryGetValue(ClassAnnotation, out var annotated) == true && annotated != name)
            errors.Invalid(FieldPath.Of("annotations")[ClassAnnotation], annotated, "must match `ingressClassName` when both are specified");
    }

    private static void Host(string host, FieldPath path, FieldErrors errors) =>
        errors.Invalid(path, host, host.Contains('*', StringComparison.Ordinal) ? Names.WildcardSubdomainErrors(host) : Names.SubdomainErrors(host));

    private static void Rule(IngressRule rule, FieldPath path, FieldErrors errors)
    {
        if (rule.Host.Length > 0)
        {
            if (AddressRules.IsAddress(rule.Host)) errors.Invalid(path["host"], rule.Host, "must be a DNS name, not an IP address");
            Host(rule.Host, path["host"], errors);
        }

        if (rule.Http is not { } http) return;
        if (http.Paths.Count == 0) errors.Required(path["http"]["paths"]);
        for (var i = 0; i < http.Paths.Count; i++) Path(http.Paths[i], path["http"]["paths"][i], errors);
    }

    private static void Path(HTTPIngressPath path, FieldPath at, FieldErrors errors)
    {
        switch (path.PathType)
        {
            case null:
                errors.Required(at["pathType"], "pathType must be specified");
                return;
            case "Exact" or "Prefix":
                if (!path.Path.StartsWith('/')) errors.Invalid(at["path"], path.Path, "must be an absolute path");
                foreach (var sequence in s_sequences)
                    if (path.Path.Contains(sequence, StringComparison.Ordinal)) errors.Invalid(at["path"], path.Path, $"must not contain '{sequence}'");
                foreach (var suffix in s_suffixes)
                    if (path.Path.EndsWith(suffix, StringComparison.Ordinal)) errors.Invalid(at["path"], path.Path, $"cannot end with '{suffix}'");
                break;
            case "ImplementationSpecific":
                if (path.Path.Length > 0 && !path.Path.StartsWith('/')) errors.Invalid(at["path"], path.Path, "must be an absolute path");
                break;
            default:
                errors.NotSupported(at["pathType"], path.PathType, s_pathTypes);
                break;
        }

        Backend(path.Backend, at["backend"], errors);
    }

    private static void Backend(IngressBackend backend, FieldPath path, FieldErrors errors)
    {
        switch (backend)
        {
            case { Resource: not null, Service: not null }:
                errors.Invalid(path, "", "cannot set both resource and service backends");
                break;
            case { Resource: { } resource }:
                Resource(resource, path["resource"], errors);
                break;
            case { Service: { } service }:
                ServiceBackend(service, path, errors);
                break;
            default:
                errors.Invalid(path, "", "resource or service backend is required");
                break;
        }
    }

    private static void ServiceBackend(IngressServiceBackend service, FieldPath path, FieldErrors errors)
    {
        FieldRules.Name(service.Name, Names.LabelErrors, path["service"]["name"], errors);
        var (name, number) = (service.Port.Name, service.Port.Number);
        if (name.Length > 0 && number != 0) errors.Invalid(path, "", "cannot set both port name & port number");
        else if (name.Length > 0) errors.Invalid(path["service"]["port"]["name"], name, PortRules.NameErrors(name));
        else if (number != 0) PortRules.Number(number, path["service"]["port"]["number"], errors);
        else errors.Required(path, "port name or number is required");
    }

    private static void Resource(TypedLocalObjectReference reference, FieldPath path, FieldErrors errors)
    {
        if (reference.ApiGroup is { } group) errors.Invalid(path["apiGroup"], group, Names.SubdomainErrors(group));
        FieldRules.Name(reference.Kind, Names.PathSegmentErrors, path["kind"], errors);
        FieldRules.Name(reference.Name, Names.PathSegmentErrors, path["name"], errors);
    }
}
