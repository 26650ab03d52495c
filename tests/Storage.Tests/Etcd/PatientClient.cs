using Tiphys.Storage.Etcd.Client;

namespace Tiphys.Storage.Tests.Etcd;

/// <summary>A store in etcd for tests in which no member fails: however long etcd or this process stands still, nothing is given up.</summary>
internal static class PatientClient
{
    public static Task<EtcdStore> OpenAsync(Uri server, Func<EtcdStoreOptions, EtcdStoreOptions>? change = null)
    {
        var options = new EtcdStoreOptions { Servers = [server], CompactionInterval = null, OperationTimeout = Patience.Limit, HealthCheckTimeout = Patience.Limit };
        return EtcdStore.OpenAsync(change is null ? options : change(options));
    }
}
