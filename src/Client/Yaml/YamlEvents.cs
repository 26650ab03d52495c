using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Tiphys.Client;

/// <summary>Parser events that were kept, to be read once more.</summary>
internal sealed class YamlEvents(List<ParsingEvent> events) : IParser
{
    private int _next;

    /// <inheritdoc/>
    public ParsingEvent? Current { get; private set; }

    /// <summary>Takes the events of one node, the first without its anchor.</summary>
    public static List<ParsingEvent> TakeNode(IParser parser)
    {
        var taken = new List<ParsingEvent>();
        var depth = 0;
        do
        {
            var e = parser.Consume<ParsingEvent>();
            depth += e.NestingIncrease;
            taken.Add(e);
        }
        while (depth > 0);
        taken[0] = taken[0] switch
        {
            MappingStart m => new MappingStart(AnchorName.Empty, m.Tag, m.IsImplicit, m.Style, m.Start, m.End),
            SequenceStart s => new SequenceStart(AnchorName.Empty, s.Tag, s.IsImplicit, s.Style, s.Start, s.End),
            var other => other,
        };
        return taken;
    }

    /// <inheritdoc/>
    public bool MoveNext()
    {
        Current = _next < events.Count ? events[_next++] : null;
        return Current is not null;
    }
}
