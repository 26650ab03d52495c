namespace Tiphys.EndToEnd.Tests;

/// <summary>Configuration that reaches containers, and follows its source.</summary>
[Collection("cluster")]
public sealed class VolumeTests(Cluster cluster)
{
    [Fact]
    public async Task Config_maps_and_secrets_are_environment_and_files_that_follow_updates()
    {
        (await cluster.KubectlAsync("create configmap orders --from-literal=course=east")).Succeeded();
        (await cluster.KubectlAsync("create secret generic sealed --from-literal=course=hidden")).Succeeded();
        await cluster.PodAsync(
            "mate",
            "sleep 1000",
            container: ", env: [{name: COURSE, valueFrom: {configMapKeyRef: {name: orders, key: course}}}], envFrom: [{secretRef: {name: sealed}}], volumeMounts: [{name: o, mountPath: /orders}, {name: s, mountPath: /sealed}]",
            spec: "volumes: [{name: o, configMap: {name: orders}}, {name: s, secret: {secretName: sealed, defaultMode: 0400}}]");
        Assert.Equal("east hidden east hidden", (await cluster.ExecAsync("mate", "echo $COURSE $course $(cat /orders/course) $(cat /sealed/course)")).Succeeded().Output.Trim());
        Assert.Equal("400", (await cluster.ExecAsync("mate", "stat -Lc %a /sealed/course")).Succeeded().Output.Trim());

        (await cluster.KubectlAsync("""patch configmap orders --type=merge -p {"data":{"course":"west","speed":"full"}}""")).Succeeded();
        (await cluster.KubectlAsync("""patch secret sealed --type=merge -p {"stringData":{"course":"open"}}""")).Succeeded();
        await Cluster.UntilAsync(() => cluster.ExecAsync("mate", "echo $(cat /orders/course) $(cat /orders/speed) $(cat /sealed/course) $COURSE"), static o => o.Output.Trim() == "west full open east");
        (await cluster.KubectlAsync("delete pod mate --now")).Succeeded();
        (await cluster.KubectlAsync("delete configmap/orders secret/sealed")).Succeeded();
    }

    [Fact]
    public async Task A_pod_waits_for_its_claim_and_gets_the_volume_of_its_node()
    {
        (await cluster.KubectlAsync("apply -f -", """
            apiVersion: v1
            kind: Pod
            metadata: {name: stevedore}
            spec:
              containers: [{name: main, image: tiphys.local/busybox:1, command: [sh, -c, "echo loaded >/hold/cargo; sleep 1000"], volumeMounts: [{name: hold, mountPath: /hold}]}]
              volumes: [{name: hold, persistentVolumeClaim: {claimName: hold}}]
            """)).Succeeded();
        await Cluster.UntilAsync(
            () => cluster.KubectlAsync("describe pod stevedore"),
            static o => o.Output.Contains("""0/1 nodes are available: persistentvolumeclaim "hold" not found. no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.""", StringComparison.Ordinal));

        (await cluster.KubectlAsync("apply -f -", """
            apiVersion: storage.k8s.io/v1
            kind: StorageClass
            metadata: {name: quay}
            provisioner: kubernetes.io/no-provisioner
            volumeBindingMode: WaitForFirstConsumer
            ---
            apiVersion: v1
            kind: PersistentVolume
            metadata: {name: berth}
            spec: {storageClassName: quay, capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], persistentVolumeReclaimPolicy: Retain, hostPath: {path: /tmp/tiphys-berth, type: DirectoryOrCreate}}
            ---
            apiVersion: v1
            kind: PersistentVolumeClaim
            metadata: {name: hold}
            spec: {storageClassName: quay, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
            """)).Succeeded();
        (await cluster.KubectlAsync("wait pod/stevedore --for=condition=Ready --timeout=120s")).Succeeded();
        Assert.Equal("Bound berth", (await cluster.KubectlAsync(["get", "pvc", "hold", "-o", "jsonpath={.status.phase} {.spec.volumeName}"])).Succeeded().Output.Trim());
        Assert.Equal("loaded", (await cluster.ExecAsync("stevedore", "cat /hold/cargo")).Succeeded().Output.Trim());
        (await cluster.KubectlAsync("delete pod stevedore --now")).Succeeded();
        (await cluster.KubectlAsync("delete pvc/hold pv/berth sc/quay")).Succeeded();
        Directory.Delete("/tmp/tiphys-berth", recursive: true);
    }
}
