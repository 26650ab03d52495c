using System.Text.RegularExpressions;
using Tiphys.Api.Core.V1;

namespace Tiphys.Api.Tests.Declaration;

public sealed class DeclaredKindsTests
{
    [Fact]
    public void Every_field_reachable_from_a_kind_is_described_and_consistent()
    {
        var faults = new List<string>();
        var seen = new HashSet<string>();
        foreach (var kind in ApiKinds.All) Visit(kind.Schema, seen, faults);
        Assert.Empty(faults);
        Assert.True(seen.Count > 300);
    }

    [Fact]
    public void Kinds_with_a_resource_are_named_once_a_version()
    {
        var served = ApiKinds.All.Where(k => k.Resource.Length > 0).ToList();
        Assert.Equal(served.Count, served.Select(k => (k.GroupVersion, k.Resource)).Distinct().Count());
        Assert.All(served, k => Assert.Matches("^[a-z]+$", k.Resource));
    }

    [Theory]
    [InlineData("v1", "Pod", "pods", true, "po", "all")]
    [InlineData("v1", "Namespace", "namespaces", false, "ns", null)]
    [InlineData("apps/v1", "Deployment", "deployments", true, "deploy", "all")]
    [InlineData("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", false, null, null)]
    [InlineData("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", true, "hpa", "all")]
    public void A_kind_knows_its_resource(string apiVersion, string kind, string resource, bool namespaced, string? shortName, string? category)
    {
        var info = ApiKinds.Find(apiVersion, kind);
        Assert.NotNull(info);
        Assert.Equal(resource, info.Resource);
        Assert.Equal(namespaced, info.Namespaced);
        Assert.Equal(shortName is null ? [] : [shortName], info.ShortNames);
        Assert.Equal(category is null ? [] : [category], info.Categories);
    }

    [Fact]
    public void A_pods_containers_merge_by_name_and_ports_by_port_and_protocol()
    {
        var spec = Pod.TypeSchema.Find("spec")!.Value.Object!;
        var containers = spec.Find("containers")!;
        Assert.True(containers.Required);
        Assert.Equal(ListType.Map, containers.Value.ListType);
        Assert.Equal("name", containers.PatchMergeKey);
        Assert.Equal(["containerPort", "protocol"], containers.Value.Items!.Object!.Find("ports")!.Value.ListMapKeys);
        Assert.True(spec.Find("volumes")!.PatchRetainKeys);
    }

    private static void Visit(ObjectSchema type, HashSet<string> seen, List<string> faults)
    {
        if (!seen.Add(type.Name)) return;
        if (type.Description.Length == 0) faults.Add($"{type.Name} has no description");
        foreach (var field in type.Fields)
        {
            var name = $"{type.Name}.{field.Name}";
            if (field.Description.Length == 0 || field.Description.Contains('~', StringComparison.Ordinal)) faults.Add($"{name} is not described");
            if (!Regex.IsMatch(field.Name, "^[$A-Za-z][A-Za-z0-9-]*$")) faults.Add($"{name} has an odd name");
            var item = field.Value.Items?.Object;
            foreach (var key in field.Value.ListMapKeys)
            {
                if (item?.Find(key) is null) faults.Add($"{name} has no key {key}");
            }

            if (field.PatchMergeKey is { } merge && item?.Find(merge) is null) faults.Add($"{name} has no merge key {merge}");
            if (item is not null) Visit(item, seen, faults);
            if (field.Value.Object is { } inner) Visit(inner, seen, faults);
        }
    }
}
