using System.Globalization;
using System.Text.Json;
using Tiphys.Api;
using Tiphys.Api.Meta.V1;

namespace Tiphys.ApiServer;

/// <summary>The columns of kinds that have none of their own.</summary>
internal sealed class DefaultPrinter : ITablePrinter
{
    public IReadOnlyList<TableColumnDefinition> Columns { get; } =
    [
        new() { Name = "Name", Type = "string", Format = "name", Description = "Name of the object, unique among those of its kind in its namespace." },
        new() { Name = "Created At", Type = "date", Description = "When the server stored the object first." },
    ];

    public TableRow Row(IKubernetesObject item, DateTimeOffset now) => new()
    {
        Cells =
        [
            RawJson.Parse($"\"{JsonEncodedText.Encode(item.Metadata.Name)}\""),
            RawJson.Parse($"\"{item.Metadata.CreationTimestamp?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) ?? "<unknown>"}\""),
        ],
    };
}
