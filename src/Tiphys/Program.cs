using System.Runtime.CompilerServices;
using Tiphys.Commands;

namespace Tiphys;

/// <summary>The program. Which role it takes is decided before anything of the others is loaded: kubectl has to be quick.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args)
    {
        DiagnosticFiles.Remove();
        return KubectlRole.IsCalled(args) ? KubectlAsync(args) : RolesAsync(args);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Task<int> KubectlAsync(string[] args) => KubectlRole.RunAsync(args);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Task<int> RolesAsync(string[] args) => Roles.RunAsync(args);
}
