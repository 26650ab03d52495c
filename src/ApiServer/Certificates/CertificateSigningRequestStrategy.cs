using Tiphys.Api.Certificates.V1;

namespace Tiphys.ApiServer;

/// <summary>
/// Requests for certificates: the server notes who asks, for approvers rely on it, and the request never changes afterwards.
/// </summary>
internal class CertificateSigningRequestStrategy : ResourceStrategy<CertificateSigningRequest>
{
    private const int ShortestSeconds = 600;
    private const string LegacySigner = "kubernetes.io/legacy-unknown";
    private static readonly string[] s_usages =
    [
        "signing", "digital signature", "content commitment", "key encipherment", "key agreement", "data encipherment", "cert sign", "crl sign", "encipher only", "decipher only", "any",
        "server auth", "client auth", "code signing", "email protection", "s/mime", "ipsec end system", "ipsec tunnel", "ipsec user", "timestamping", "ocsp signing", "microsoft sgc", "netscape sgc",
    ];

    /// <summary>How requests are stored and offered.</summary>
    public static ResourceDefinition Definition()
    {
        string[] verbs = ["get", "patch", "update"];
        var info = CertificateSigningRequest.Info;
        return new()
        {
            Schema = new ResourceSchema(info, "/registry/certificatesigningrequests/", [new("spec.signerName")]),
            Strategy = new CertificateSigningRequestStrategy(),
            Subresources = new Dictionary<string, Subresource>
            {
                ["approval"] = new ObjectSubresource(new Approval()) { Kind = info, Verbs = verbs },
                ["status"] = new ObjectSubresource(new Outcome()) { Kind = info, Verbs = verbs },
            },
        };
    }

    /// <inheritdoc/>
    public override void PrepareForCreate(CertificateSigningRequest item, StrategyContext context)
    {
        item.Spec.Username = context.User.Name;
        item.Spec.Uid = context.User.Uid;
        item.Spec.Groups = [.. context.User.Groups];
        item.Spec.Extra = context.User.Extra.Count > 0 ? context.User.Extra.ToDictionary(static e => e.Key, static e => e.Value) : null;
        item.Status = new();
    }

    /// <inheritdoc/>
    public override void PrepareForUpdate(CertificateSigningRequest item, CertificateSigningRequest old, StrategyContext context)
    {
        item.Spec = old.Spec;
        item.Status = old.Status;
    }

    /// <inheritdoc/>
    public override void Validate(CertificateSigningRequest item, FieldErrors errors)
    {
        var spec = FieldPath.Of("spec");
        if (SigningRequest.Read(item.Spec.Request) is null) errors.Invalid(spec["request"], item.Spec.Request.Length == 0 ? null : Convert.ToBase64String(item.Spec.Request), "PEM block type must be CERTIFICATE REQUEST");
        if (item.Spec.Usages is not { Count: > 0 } usages) errors.Required(spec["usages"]);
        else
        {
            for (var i = 0; i < usages.Count; i++)
            {
                if (!s_usages.Contains(usages[i])) errors.NotSupported(spec["usages"][i], usages[i], s_usages.Order(StringComparer.Ordinal));
                if (usages.IndexOf(usages[i]) < i) errors.Duplicate(spec["usages"][i], usages[i]);
            }
        }

        if (item.Spec.SignerName == LegacySigner) errors.Invalid(spec["signerName"], item.Spec.SignerName, "the legacy signerName is not allowed via this API version");
        else CertificateRules.SignerName(item.Spec.SignerName, spec["signerName"], errors);
        if (item.Spec.ExpirationSeconds < ShortestSeconds) errors.Invalid(spec["expirationSeconds"], item.Spec.ExpirationSeconds, "may not specify a duration less than 600 seconds (10 minutes)");
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> NameErrors(string name) => Names.PathSegmentErrors(name);

    /// <inheritdoc/>
    public override void ValidateUpdate(CertificateSigningRequest item, CertificateSigningRequest old, FieldErrors errors)
    {
        // What was accepted once is not questioned again.
    }

    /// <summary>Reports conditions that contradict each other, and those that this path may not touch.</summary>
    private static void ValidateConditions(CertificateSigningRequest item, CertificateSigningRequest old, bool approves, FieldErrors errors)
    {
        var path = FieldPath.Of("status")["conditions"];
        var conditions = item.Status.Conditions ?? [];
        for (var i = 0; i < conditions.Count; i++)
        {
            var condition = conditions[i];
            if (condition.Type.Length == 0) errors.Required(path[i]["type"]);
            if (condition.Type is "Approved" or "Denied" or "Failed" && condition.Status != "True") errors.NotSupported(path[i]["status"], condition.Status, ["True"]);
            if (conditions.Take(i).Any(c => c.Type == condition.Type)) errors.Duplicate(path[i]["type"], condition.Type);
            if (condition.Type is "Approved" or "Denied" && conditions.Take(i).Any(c => c.Type is "Approved" or "Denied" && c.Type != condition.Type))
                errors.Invalid(path[i]["type"], condition.Type, "Approved and Denied conditions are mutually exclusive");
        }

        foreach (var type in (string[])["Approved", "Denied", "Failed"])
        {
            var had = old.Status.Conditions?.Any(c => c.Type == type) == true;
            var has = conditions.Any(c => c.Type == type);
            if (had && !has) errors.Forbidden(path, $"updates may not remove a condition of type \"{type}\"");
            if (!had && has && !approves && type != "Failed") errors.Forbidden(path, $"updates may not add a condition of type \"{type}\"");
        }
    }

    private static void SetTimes(CertificateSigningRequest item, CertificateSigningRequest old, TimeProvider time)
    {
        var now = time.GetUtcNow();
        foreach (var condition in item.Status.Conditions ?? [])
        {
            condition.LastUpdateTime ??= now;
            condition.LastTransitionTime ??= old.Status.Conditions?.Find(c => c.Type == condition.Type && c.Status == condition.Status)?.LastTransitionTime ?? now;
        }
    }

    /// <summary>The approval subresource: only conditions change.</summary>
    private sealed class Approval : CertificateSigningRequestStrategy
    {
        public override void PrepareForUpdate(CertificateSigningRequest item, CertificateSigningRequest old, StrategyContext context)
        {
            SetTimes(item, old, context.Time);
            var conditions = item.Status.Conditions;
            item.Spec = old.Spec;
            item.Status = old.Status.DeepCopy();
            item.Status.Conditions = conditions;
        }

        public override void ValidateUpdate(CertificateSigningRequest item, CertificateSigningRequest old, FieldErrors errors) => ValidateConditions(item, old, approves: true, errors);
    }

    /// <summary>The status subresource, where signers put certificates; they cannot approve there.</summary>
    private sealed class Outcome : CertificateSigningRequestStrategy
    {
        public override void PrepareForUpdate(CertificateSigningRequest item, CertificateSigningRequest old, StrategyContext context)
        {
            item.Spec = old.Spec;
            SetTimes(item, old, context.Time);
        }

        public override void ValidateUpdate(CertificateSigningRequest item, CertificateSigningRequest old, FieldErrors errors)
        {
            ValidateConditions(item, old, approves: false, errors);
            var issued = old.Status.Certificate is { Length: > 0 };
            if (issued && !old.Status.Certificate.AsSpan().SequenceEqual(item.Status.Certificate))
                errors.Forbidden(FieldPath.Of("status")["certificate"], "updates may not modify a non-empty certificate");
        }
    }
}
