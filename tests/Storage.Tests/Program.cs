using System.Runtime.CompilerServices;
using Tiphys.Storage.Tests.Crashing;
using Xunit.Runner.InProc.SystemConsole;

return args is [CrashWriter.Argument] ? await CrashWriter.RunAsync() : await Tests(args);

// Apart, so that the process to be killed loads nothing of the test framework.
[MethodImpl(MethodImplOptions.NoInlining)]
static Task<int> Tests(string[] args) => ConsoleRunner.Run(args);
