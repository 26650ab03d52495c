namespace Tiphys.Client.Tests;

public sealed class RunningProgramTests
{
    [Fact]
    public void Shows_what_a_process_was_started_as() =>
        Assert.Equal(Environment.GetCommandLineArgs()[1..], RunningProgram.Arguments(Environment.ProcessId)![1..]);

    [Fact]
    public void Nobody_has_a_number_above_the_largest() => Assert.Null(RunningProgram.Arguments(int.MaxValue));
}
