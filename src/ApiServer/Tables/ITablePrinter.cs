using Tiphys.Api;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>How objects of one kind look as rows of <c>kubectl get</c> (upstream's printers).</summary>
public interface ITablePrinter
{
    /// <summary>The columns.</summary>
    IReadOnlyList<TableColumnDefinition> Columns { get; }

    /// <summary>One object's row: a cell a column (and conditions, for kinds whose rows can be crossed out).</summary>
    /// <param name="item">The object.</param>
    /// <param name="now">The time ages are counted to.</param>
    TableRow Row(IKubernetesObject item, DateTimeOffset now);
}
