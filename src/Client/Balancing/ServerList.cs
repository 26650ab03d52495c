namespace Tiphys.Client;

/// <summary>
/// The API servers a node knows, the one to use first. It is kept in a file, one address a line, so that a node that starts
/// while the server it joined is dead finds the others.
/// </summary>
public sealed class ServerList
{
    private readonly Lock _lock = new();
    private readonly string _file;
    private readonly Uri _joined;
    private readonly Dictionary<Uri, ServerState> _states = [];
    private IReadOnlyList<Uri> _servers;

    private ServerList(string file, Uri joined, IReadOnlyList<Uri> servers) => (_file, _joined, _servers) = (file, joined, servers);

    /// <summary>Opens the list.</summary>
    /// <param name="file">Where it is kept.</param>
    /// <param name="joined">
    /// The server joined with. It stays in the list, at its end, when the cluster does not name it: it may be a name or an address
    /// in front of all servers.
    /// </param>
    /// <param name="first">Start with it, because the user said so.</param>
    public static ServerList Open(string file, Uri joined, bool first)
    {
        var known = File.Exists(file) ? File.ReadLines(file).Select(static l => Uri.TryCreate(l, UriKind.Absolute, out var server) ? server : null).OfType<Uri>() : [];
        return new ServerList(file, joined, [.. (first ? known.Prepend(joined) : known.Append(joined)).Distinct()]);
    }

    /// <summary>All servers, the best first: the one in use unless it is unwell, then the others.</summary>
    public IReadOnlyList<Uri> InOrder()
    {
        lock (_lock) return [.. _servers.OrderBy(s => _states.GetValueOrDefault(s))];
    }

    /// <summary>How a server does.</summary>
    public ServerState StateOf(Uri server)
    {
        lock (_lock) return _states.GetValueOrDefault(server);
    }

    /// <summary>Notes how a server does.</summary>
    public void Report(Uri server, ServerState state)
    {
        lock (_lock) _states[server] = state;
    }

    /// <summary>Notes that a server is in use: it will be first, also after a restart.</summary>
    /// <returns>Whether another was first.</returns>
    public bool Use(Uri server)
    {
        lock (_lock)
        {
            _states[server] = ServerState.Ready;
            if (_servers[0] == server) return false;
            Change([server, .. _servers.Where(s => s != server)]);
            return true;
        }
    }

    /// <summary>Takes over what the cluster says of its servers; an empty answer says nothing.</summary>
    /// <returns>Those that are no servers any more.</returns>
    public IReadOnlyList<Uri> Replace(IReadOnlyCollection<Uri> servers)
    {
        ArgumentNullException.ThrowIfNull(servers);
        if (servers.Count == 0) return [];
        lock (_lock)
        {
            List<Uri> wanted = [.. _servers.Where(servers.Contains), .. servers.Order(Comparer<Uri>.Create(static (a, b) => string.CompareOrdinal(a.AbsoluteUri, b.AbsoluteUri))).Except(_servers)];
            if (!wanted.Contains(_joined))
            {
                // In front it stays in front while it is in use: a virtual address is never among the servers.
                if (_servers[0] == _joined) wanted.Insert(0, _joined);
                else wanted.Add(_joined);
            }

            if (wanted.SequenceEqual(_servers)) return [];
            List<Uri> removed = [.. _servers.Except(wanted)];
            foreach (var server in removed) _states.Remove(server);
            Change(wanted);
            return removed;
        }
    }

    private void Change(IReadOnlyList<Uri> servers)
    {
        _servers = servers;
        try
        {
            WholeFile.WritePrivate(_file, string.Concat(servers.Select(static s => s.AbsoluteUri + "\n")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk must not cut the node off. What is kept is older, and still of use.
        }
    }
}
