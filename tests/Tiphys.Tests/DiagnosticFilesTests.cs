namespace Tiphys.Tests;

public class DiagnosticFilesTests
{
    [Fact]
    public void They_are_named_after_process_and_start()
    {
        const string stat = "42 (odd) name) S 1 42 42 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 9 0 987654 1000 2 3\n";
        Assert.Equal(["clr-debug-pipe-42-987654-in", "clr-debug-pipe-42-987654-out", "dotnet-diagnostic-42-987654-socket"], DiagnosticFiles.Names(42, stat));
        Assert.Empty(DiagnosticFiles.Names(42, ""));
    }
}
