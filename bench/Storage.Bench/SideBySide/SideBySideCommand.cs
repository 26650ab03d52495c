using System.Globalization;

namespace Tiphys.Storage.Bench.SideBySide;

/// <summary>The command line of the comparison.</summary>
internal static class SideBySideCommand
{
    public static async Task<int> RunAsync(List<string> arguments)
    {
        var root = Root();
        var given = Take(arguments, "--dir");
        var etcd = Take(arguments, "--etcd") ?? Path.Combine(root, ".cache", "etcd", "etcd");
        var tiphys = Take(arguments, "--tiphys") ?? new[] { Path.Combine(root, "out", "tiphys"), Path.Combine(root, "src", "Tiphys", "bin", "Release", "net10.0", "tiphys") }.FirstOrDefault(File.Exists) ?? "";
        var rounds = int.Parse(Take(arguments, "--rounds") ?? "3", CultureInfo.InvariantCulture);
        var seconds = double.Parse(Take(arguments, "--seconds") ?? "4", CultureInfo.InvariantCulture);
        foreach (var (program, how) in new[] { (etcd, "./test fetches it; or name it with --etcd"), (tiphys, "make it with ./tiphys publish; or name it with --tiphys") })
        {
            if (File.Exists(program)) continue;
            await Console.Error.WriteLineAsync($"{(program.Length > 0 ? program : "tiphys")} is missing: {how}");
            return 1;
        }

        var directory = given ?? Directory.CreateTempSubdirectory("tiphys-bench-").FullName;
        ITarget[] targets = [new EmbeddedTarget(directory), ServerTarget.Tiphys(tiphys, directory), ServerTarget.Etcd(etcd, directory)];
        try
        {
            if (!arguments.Contains("stalls")) await new Comparison(directory, targets, rounds, TimeSpan.FromSeconds(seconds)).RunAsync();
            if (!arguments.Contains("writes")) await new Stalls(directory, rounds).RunAsync();
            return 0;
        }
        finally
        {
            foreach (var target in targets) await target.DisposeAsync();
            if (given is null) Directory.Delete(directory, recursive: true);
        }
    }

    private static string? Take(List<string> arguments, string name)
    {
        if (arguments.IndexOf(name) is not (>= 0 and var at) || at + 1 >= arguments.Count) return null;
        var value = arguments[at + 1];
        arguments.RemoveRange(at, 2);
        return value;
    }

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Tiphys.slnx"))) folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("the sources are not above the program");
        return folder;
    }
}
