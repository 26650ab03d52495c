using System.Collections.Concurrent;

namespace Tiphys.ApiServer;

/// <summary>How far a server has come: what must be done before it is ready, by the names upstream gives its hooks.</summary>
internal sealed class Startup
{
    public const string Namespaces = "start-system-namespaces-controller";
    public const string AuthenticationInfo = "start-cluster-authentication-info-controller";
    public const string ServiceAddresses = "start-service-ip-repair-controllers";
    public const string Roles = "rbac/bootstrap-roles";
    public const string PriorityClasses = "scheduling/bootstrap-system-priority-classes";

    private static readonly string[] s_hooks = [Namespaces, AuthenticationInfo, ServiceAddresses, Roles, PriorityClasses];
    private readonly ConcurrentDictionary<string, bool> _done = new(StringComparer.Ordinal);

    /// <summary>The server is about to end.</summary>
    public volatile bool IsStopping;

    /// <summary>A check for each hook.</summary>
    public IEnumerable<HealthCheck> Checks => s_hooks.Select(hook => new HealthCheck($"poststarthook/{hook}", () => _done.ContainsKey(hook) ? null : "not finished"));

    /// <summary>Runs a hook; its check passes once it has ended well.</summary>
    public async Task RunAsync(string hook, Task work)
    {
        await work;
        _done[hook] = true;
    }
}
