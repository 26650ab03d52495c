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
}
