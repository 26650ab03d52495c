namespace Tiphys.Kubelet.Cgroups;

/// <summary>The machine's cgroups, addressed by paths from the root such as <c>/kubepods/burstable</c>, whichever version they are.</summary>
internal interface ICgroupTree
{
    /// <summary>2 for the unified hierarchy, 1 for one hierarchy per controller.</summary>
    int Version { get; }

    /// <summary>Makes a cgroup and its missing ancestors, and sets its limits. May be repeated.</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    void Apply(string path, CgroupLimits limits);

    /// <summary>Whether the cgroup exists.</summary>
    bool Exists(string path);

    /// <summary>The names of the cgroups directly below.</summary>
    IReadOnlyList<string> Children(string path);

    /// <summary>The processes in the cgroup and below it.</summary>
    IReadOnlyList<int> Processes(string path);

    /// <summary>Kills what still runs in the cgroup and removes it with everything below; false while processes linger.</summary>
    bool Remove(string path);
}
