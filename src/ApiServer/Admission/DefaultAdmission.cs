namespace Tiphys.ApiServer;

/// <summary>The plugins that are on by default, in upstream's order.</summary>
public static class DefaultAdmission
{
    /// <summary>Makes the plugins.</summary>
    /// <param name="resources">The server's resources.</param>
    /// <param name="rbac">Rules, for the guard against escalation; null when RBAC is off.</param>
    /// <param name="authorizer">Decides for plugins that ask.</param>
    /// <param name="time">Clock.</param>
    /// <param name="enabled">Further plugins, by name; none are off by default here.</param>
    /// <param name="disabled">Plugins to leave out, by name (<c>--disable-admission-plugins</c>).</param>
    /// <exception cref="ArgumentException">A name is unknown.</exception>
    public static IReadOnlyList<IAdmissionPlugin> Create(
        ApiResources resources, RbacAuthorizer? rbac, IAuthorizer authorizer, TimeProvider time, IReadOnlyCollection<string>? enabled = null, IReadOnlyCollection<string>? disabled = null)
    {
        IAdmissionPlugin[] all =
        [
            new NamespaceLifecycle(resources, time),
            new LimitRanger(resources),
            new ServiceAccountAdmission(resources, time),
            new NodeRestriction(resources, authorizer),
            new TaintNodesByCondition(),
            new PodSecurityAdmission(resources),
            new PriorityAdmission(resources),
            new DefaultTolerationSeconds(),
            new DefaultStorageClass(resources),
            new StorageObjectInUseProtection(),
            new RuntimeClassAdmission(resources),
            new CertificateApproval(authorizer),
            new CertificateSigning(authorizer),
            new CertificateSubjectRestriction(),
            new DefaultIngressClass(resources),
            new ResourceQuotaAdmission(resources, time),
        ];
        foreach (var name in (enabled ?? []).Concat(disabled ?? []))
            if (all.All(p => p.Name != name)) throw new ArgumentException($"unknown admission plugin \"{name}\"");
        IEnumerable<IAdmissionPlugin> chosen = all.Where(p => disabled?.Contains(p.Name) != true);

        // The guard goes first: what it refuses must not be charged to a quota.
        return rbac is null ? [.. chosen] : [new EscalationGuard(rbac, authorizer), .. chosen];
    }
}
