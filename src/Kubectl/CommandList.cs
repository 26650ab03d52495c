using Tiphys.Kubectl.CommandLine;

namespace Tiphys.Kubectl;

/// <summary>The commands there are, and those that upstream has besides.</summary>
internal static class CommandList
{
    /// <summary>Upstream's commands in its order, which is also that of suggestions.</summary>
    private static readonly string[] s_upstream =
    [
        "create", "expose", "run", "set", "explain", "get", "edit", "delete", "rollout", "scale", "autoscale", "certificate", "cluster-info", "top", "cordon", "uncordon", "drain", "taint",
        "describe", "logs", "attach", "exec", "port-forward", "proxy", "cp", "auth", "debug", "events", "diff", "apply", "patch", "replace", "wait", "kustomize", "label", "annotate", "completion",
        "api-resources", "api-versions", "config", "kuberc", "plugin", "version", "options",
    ];

    /// <summary>The commands by name; only the one that is called is made.</summary>
    private static readonly (string Name, Func<Command> Create)[] s_commands =
    [
        ("get", static () => new Get.GetCommand()),
        ("apply", static () => new Apply.ApplyCommand()),
        ("delete", static () => new Delete.DeleteCommand()),
        ("describe", static () => new Describe.DescribeCommand()),
        ("logs", static () => new Logs.LogsCommand()),
        ("exec", static () => new Exec.ExecCommand()),
        ("api-resources", static () => new ApiResources.ApiResourcesCommand()),
        ("version", static () => new Version.VersionCommand()),
    ];

    public static IEnumerable<Command> All => s_commands.Select(static c => c.Create());

    public static Command? Create(string name) => s_commands.FirstOrDefault(c => c.Name == name).Create?.Invoke();

    public static bool IsUpstreams(string name) => s_upstream.Contains(name);

    public static string UnknownText(string name)
    {
        var typed = name.ToLowerInvariant();
        var similar = s_upstream.Where(c => c != "options" && (Distance(typed, c) <= 2 || c.StartsWith(typed, StringComparison.Ordinal) || IsOtherWord(typed, c))).ToList();
        var text = $"error: unknown command {Quoting.Quote(name)} for \"kubectl\"";
        return similar.Count == 0 ? text : $"{text}\n\nDid you mean this?\n\t{string.Join("\n\t", similar)}";
    }

    private static bool IsOtherWord(string typed, string command) => (typed, command) is ("list" or "ls", "get") or ("rm" or "remove", "delete");

    /// <summary>Levenshtein's distance.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[b.Length];
    }
}
