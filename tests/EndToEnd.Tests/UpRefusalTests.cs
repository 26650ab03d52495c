namespace Tiphys.EndToEnd.Tests;

/// <summary>What cannot start says why in one sentence, ends with 1, and leaves nothing half-started.</summary>
[Collection("cluster")]
public sealed class UpRefusalTests(Cluster cluster) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tiphys-e2e-refused-").FullName;

    private string DataDir => Path.Combine(_folder, "data");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Without_root()
    {
        // In a user namespace of its own it is nobody, and may still read the program.
        var refused = await RefusedAsync("unshare", "--user", cluster.Program, "up", "--data-dir", DataDir);
        Assert.Contains("a node needs root", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_the_port_taken()
    {
        var refused = await RefusedAsync(cluster.Program, "up", "--data-dir", DataDir); // the shared cluster has it
        Assert.Contains("port 6443", refused, StringComparison.Ordinal);
        Assert.Contains("is taken by another program", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_data_of_a_newer_version()
    {
        Directory.CreateDirectory(DataDir);
        await File.WriteAllTextAsync(Path.Combine(DataDir, "version"), "99\n");
        var refused = await RefusedAsync("unshare", "--net", cluster.Program, "up", "--data-dir", DataDir);
        Assert.Contains("was written by a newer tiphys", refused, StringComparison.Ordinal);
        Assert.Equal("version", Path.GetFileName(Assert.Single(Directory.EnumerateFileSystemEntries(DataDir))));
        Directory.Delete(DataDir, recursive: true);
    }

    [Fact]
    public async Task Without_a_program_that_cannot_be_installed()
    {
        var refused = await RefusedAsync("unshare", "--net", "env", "PATH=/nowhere", cluster.Program, "up", "--data-dir", DataDir);
        Assert.Contains("containerd", refused, StringComparison.Ordinal);
        Assert.Contains("install them with your package manager", refused, StringComparison.Ordinal);
        Directory.Delete(DataDir, recursive: true);
    }

    [Fact]
    public async Task With_a_flag_that_does_not_exist()
    {
        var refused = await RefusedAsync("unshare", "--net", cluster.Program, "up", "--data-dir", DataDir, "--sails=3");
        Assert.Contains("--sails", refused, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Down_on_a_directory_that_is_no_clusters()
    {
        Directory.CreateDirectory(DataDir);
        var precious = Path.Combine(DataDir, "precious");
        await File.WriteAllTextAsync(precious, "");
        var refused = await RefusedAsync("unshare", "--net", cluster.Program, "down", "--purge", "--data-dir", DataDir);
        Assert.Contains("is not the data directory of a cluster", refused, StringComparison.Ordinal);
        Assert.True(File.Exists(precious));
        Directory.Delete(DataDir, recursive: true);
    }

    private async Task<string> RefusedAsync(params string[] command)
    {
        var outcome = await cluster.InsideAsync(command[0], command[1..]);
        Assert.Equal(1, outcome.Code);
        Assert.Single(outcome.Errors.Trim().Split('\n'));
        Assert.False(File.Exists(Path.Combine(DataDir, "server.pid")));
        return outcome.Errors;
    }
}
