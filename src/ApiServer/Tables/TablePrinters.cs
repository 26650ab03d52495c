using System.Collections.Frozen;
using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>The printers of all built-in kinds.</summary>
public static class TablePrinters
{
    private static readonly FrozenDictionary<(string ApiVersion, string Kind), ITablePrinter> s_printers = CorePrinters.All()
        .Concat(WorkloadPrinters.All())
        .Concat(OtherPrinters.All())
        .ToFrozenDictionary(static p => (p.Kind.ApiVersion, p.Kind.Kind), static p => p.Printer);

    /// <summary>The printer of a kind; one that shows name and creation time for kinds without their own.</summary>
    public static ITablePrinter For(KindInfo kind) => s_printers.GetValueOrDefault((kind.ApiVersion, kind.Kind), DefaultPrinter.Instance);
}
