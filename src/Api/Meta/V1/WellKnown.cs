namespace Tiphys.Api.Meta.V1;

/// <summary>Namespaces with a meaning of their own.</summary>
public static class WellKnownNamespaces
{
    /// <summary>Where objects go when no namespace is named.</summary>
    public const string Default = "default";

    /// <summary>Stands for every namespace in lists and watches.</summary>
    public const string All = "";

    /// <summary>Where the cluster's own components live.</summary>
    public const string System = "kube-system";

    /// <summary>Readable by everyone, also by callers without credentials.</summary>
    public const string Public = "kube-public";

    /// <summary>Where kubelets keep their leases.</summary>
    public const string NodeLease = "kube-node-lease";
}

/// <summary>Finalizers the garbage collector acts on.</summary>
public static class WellKnownFinalizers
{
    /// <summary>Dependents are cut loose before the object goes.</summary>
    public const string Orphan = "orphan";

    /// <summary>Dependents are deleted before the object goes.</summary>
    public const string ForegroundDeletion = "foregroundDeletion";
}

/// <summary>Annotations of the API machinery itself.</summary>
public static class WellKnownMetaAnnotations
{
    /// <summary>Marks the bookmark that ends a watch's initial events.</summary>
    public const string InitialEventsEnd = "k8s.io/initial-events-end";
}
