using Tiphys.Api;
using Tiphys.Api.Core.V1;
using Tiphys.Client;

namespace Tiphys.Controllers.Tests;

public sealed class VolumeTests(TestCluster cluster)
{
    [Fact]
    public async Task Claims_get_the_smallest_volume_that_fits_and_release_it()
    {
        var ns = await cluster.NamespaceAsync();
        foreach (var size in new[] { 5, 2, 10 })
        {
            await cluster.Client.Resource<PersistentVolume>().CreateAsync(
                new()
                {
                    Metadata = new() { Name = $"pv-{ns}-{size}" },
                    Spec = new() { Capacity = new() { ["storage"] = Quantity.Parse($"{size}Gi") }, AccessModes = ["ReadWriteOnce"], StorageClassName = ns, HostPath = new() { Path = "/data" }, PersistentVolumeReclaimPolicy = "Retain" },
                },
                default);
        }

        await cluster.WaitAsync<PersistentVolume>(null, $"pv-{ns}-2", static v => v!.Status.Phase == "Available");
        await cluster.Client.Resource<PersistentVolumeClaim>().CreateAsync(
            new() { Metadata = new() { Name = "claim", Namespace = ns }, Spec = new() { StorageClassName = ns, AccessModes = ["ReadWriteOnce"], Resources = new() { Requests = new() { ["storage"] = Quantity.Parse("3Gi") } } } }, default);
        var claim = await cluster.WaitAsync<PersistentVolumeClaim>(ns, "claim", static c => c!.Status.Phase == "Bound");
        Assert.Equal($"pv-{ns}-5", claim.Spec.VolumeName);
        Assert.Equal(Quantity.Parse("5Gi"), claim.Status.Capacity!["storage"]);
        await cluster.WaitAsync<PersistentVolume>(null, $"pv-{ns}-5", static v => v!.Status.Phase == "Bound" && v.Metadata.Finalizers!.Contains("kubernetes.io/pv-protection"));

        await cluster.Client.Resource<Pod>().CreateAsync(
            new() { Metadata = new() { Name = "user", Namespace = ns }, Spec = new() { Containers = [new() { Name = "a", Image = "a:1" }], Volumes = [new() { Name = "v", PersistentVolumeClaim = new() { ClaimName = "claim" } }] } }, default);
        await cluster.WaitAsync<Pod>(ns, "user", static p => p!.Spec.NodeName.Length > 0);
        await cluster.WaitAsync<PersistentVolumeClaim>(ns, "claim", static c => c!.Metadata.Finalizers?.Contains("kubernetes.io/pvc-protection") == true);
        await cluster.Client.Resource<PersistentVolumeClaim>().DeleteAsync(ns, "claim", null, default);
        Assert.NotNull((await cluster.Client.Resource<PersistentVolumeClaim>().GetAsync(ns, "claim", default)).Metadata.DeletionTimestamp);
        await cluster.Client.Resource<Pod>().DeleteAsync(ns, "user", new() { GracePeriodSeconds = 0 }, default);
        await cluster.WaitAsync<PersistentVolumeClaim>(ns, "claim", static c => c is null);
        await cluster.WaitAsync<PersistentVolume>(null, $"pv-{ns}-5", static v => v!.Status.Phase == "Released");
    }
}
