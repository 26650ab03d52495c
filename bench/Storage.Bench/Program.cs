using Tiphys.Storage.Bench;
using Tiphys.Storage.Bench.SideBySide;

// Measures the embedded store: dotnet run -c Release --project bench/Storage.Bench -- [--dir DIRECTORY] [scenario ...]
// Scenarios: commits, watched, reads, restart, checkpoint, snapshot, week; all of them by default. Without a directory a fresh one
// under the system's temporary directory is used and removed again.
// Or: -- side-by-side [writes | stalls] [--dir DIRECTORY] [--rounds N] [--seconds N] [--etcd PROGRAM] [--tiphys PROGRAM] holds the embedded
// store, `tiphys etcd` and etcd side by side, and writes beside checkpoints against the disk itself; it prints tables.
// Or: -- grpc URL ... puts to servers of etcd's API that are running, one after another.
var names = args.ToList();
if (names is ["side-by-side", .. var rest])
    return await SideBySideCommand.RunAsync([.. rest]);
if (names is ["grpc", .. var servers])
{
    foreach (var server in servers)
        await Scenarios.Grpc(new Uri(server));
    return 0;
}
string? given = null;
if (names.IndexOf("--dir") is >= 0 and var at)
{
    given = names[at + 1];
    names.RemoveRange(at, 2);
}
var directory = given ?? Directory.CreateTempSubdirectory("tiphys-bench-").FullName;
try
{
    foreach (var (name, run) in Scenarios.All)
    {
        if (names.Count == 0 || names.Contains(name))
            await run(Path.Combine(directory, name));
    }
}
finally
{
    if (given is null)
        Directory.Delete(directory, recursive: true);
}
return 0;
