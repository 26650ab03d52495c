using System.Xml.Linq;

namespace Tiphys.Architecture.Tests;

/// <summary>Guards the house: references point one way, and components meet only at the Kubernetes API.</summary>
public sealed class RoomTests
{
    /// <summary>What each room may refer to. A room that is not listed fails the test: its place must be decided first.</summary>
    private static readonly Dictionary<string, string[]> s_allowed = new()
    {
        ["Api.Generator"] = [],
        ["Api"] = ["Api.Generator"],
        ["Client"] = ["Api"],
        ["Grpc"] = [],
        ["Storage"] = ["Grpc"],
        ["ApiServer"] = ["Api", "Client", "Storage", "Grpc"],
        ["Controllers"] = ["Api", "Client"],
        ["Scheduler"] = ["Api", "Client"],
        ["Kubelet"] = ["Api", "Client", "Grpc"],
        ["Proxy"] = ["Api", "Client"],
        ["Dns"] = ["Api", "Client"],
        ["Kubectl"] = ["Api", "Client"],
        ["Dashboard"] = ["Api", "Client"],
        ["Tiphys"] = ["ApiServer", "Controllers", "Scheduler", "Kubelet", "Proxy", "Dns", "Kubectl", "Dashboard"],
    };

    [Fact]
    public void References_point_one_way()
    {
        foreach (var (room, references) in References())
        {
            Assert.True(s_allowed.TryGetValue(room, out var allowed), $"the room {room} has no place in the house yet");
            Assert.Empty(references.Except(allowed));
        }
    }

    [Fact]
    public void Storage_knows_nothing_of_the_API() => Assert.DoesNotContain("Api", References()["Storage"]);

    [Fact]
    public void No_source_file_names_a_room_that_its_own_does_not_refer_to()
    {
        string[] components = ["ApiServer", "Controllers", "Scheduler", "Kubelet", "Proxy", "Dns", "Kubectl"];
        var offenders = from component in components.Where(static c => Directory.Exists(Path.Combine(Source(), c)))
                        from file in Directory.EnumerateFiles(Path.Combine(Source(), component), "*.cs", SearchOption.AllDirectories)
                        where !file.Contains("/obj/", StringComparison.Ordinal)
                        from line in File.ReadLines(file)
                        where components.Any(other => other != component && line.StartsWith($"using Tiphys.{other}", StringComparison.Ordinal))
                        select $"{file}: {line}";
        Assert.Empty(offenders);
    }

    private static Dictionary<string, string[]> References() =>
        Directory.EnumerateFiles(Source(), "*.csproj", SearchOption.AllDirectories).ToDictionary(
            static p => Path.GetFileNameWithoutExtension(p),
            static p => XDocument.Load(p).Descendants("ProjectReference").Select(static r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/'))).ToArray());

    private static string Source()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Tiphys.slnx"))) folder = Path.GetDirectoryName(folder)!;
        return Path.Combine(folder, "src");
    }
}
