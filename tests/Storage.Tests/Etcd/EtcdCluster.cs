using System.Diagnostics;

namespace Tiphys.Storage.Tests.Etcd;

/// <summary>
/// Three members of a real etcd, each in a network namespace of its own, so that one can be cut off. Clients come by Unix sockets,
/// which reach into any namespace: a member that is cut off from the others still talks to its clients.
/// </summary>
internal sealed class EtcdCluster : IDisposable
{
    private const int Members = 3;
    private const int PeerPort = 2380;
    private readonly string _name = $"tes{Environment.ProcessId % 100000}";
    private readonly List<EtcdProcess> _members = [];

    /// <summary>Starts the members.</summary>
    /// <param name="arguments">Further flags of all of them.</param>
    /// <param name="dataOfLast">Where the last member's data shall be.</param>
    public EtcdCluster(string[]? arguments = null, string? dataOfLast = null)
    {
        try
        {
            Ip($"netns add {_name}s");
            Ip($"-n {_name}s link add name sw type bridge");
            Ip($"-n {_name}s link set sw up");
            var cluster = string.Join(',', Enumerable.Range(0, Members).Select(static i => $"m{i}=http://{Address(i)}:{PeerPort}"));
            for (var i = 0; i < Members; i++)
            {
                Ip($"netns add {Namespace(i)}");
                Ip($"-n {Namespace(i)} link set lo up");
                Ip($"-n {Namespace(i)} link add name eth type veth peer name m{i} netns {_name}s");
                Ip($"-n {Namespace(i)} addr add {Address(i)}/24 dev eth");
                Ip($"-n {Namespace(i)} link set eth up");
                Ip($"-n {_name}s link set m{i} master sw up");
                _members.Add(EtcdProcess.OnUnixSocket($"m{i}", Address(i), PeerPort, cluster, i == Members - 1 ? dataOfLast : null, arguments ?? []));
            }
            for (var i = 0; i < Members; i++) Start(i);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyList<Uri> Servers => [.. _members.Select(static m => m.Server)];

    public void Start(int member) => _members[member].Start(Find("ip"), "netns", "exec", Namespace(member));

    public bool IsRunning(int member) => _members[member].IsRunning;

    public int Process(int member) => _members[member].Id;

    public string Data(int member) => _members[member].Data;

    public void Kill(int member) => _members[member].Kill();

    public void Pause(int member) => _members[member].Pause();

    public void Resume(int member) => _members[member].Resume();

    /// <summary>Drops everything between a member and the others.</summary>
    public void CutOff(int member) => Run(Find("ip"), $"netns exec {Namespace(member)} {Find("nft")} add table inet cut {{ chain i {{ type filter hook input priority 0; iifname eth drop; }}; chain o {{ type filter hook output priority 0; oifname eth drop; }}; }}");

    public void Rejoin(int member) => Run(Find("ip"), $"netns exec {Namespace(member)} {Find("nft")} delete table inet cut");

    public void Dispose()
    {
        _members.ForEach(static m => m.Dispose());

        // What is in a namespace goes with it.
        for (var i = -1; i < Members; i++)
        {
            var name = i < 0 ? $"{_name}s" : Namespace(i);
            if (File.Exists($"/run/netns/{name}")) Ip($"netns del {name}");
        }
    }

    private static string Address(int member) => $"10.77.0.{member + 1}";

    private string Namespace(int member) => $"{_name}m{member}";

    private static void Ip(string arguments) => Run(Find("ip"), arguments);

    private static string Find(string program) =>
        new[] { "/usr/sbin/", "/sbin/", "/usr/bin/", "/bin/" }.Select(d => d + program).FirstOrDefault(File.Exists) ?? throw new InvalidOperationException($"{program} is missing");

    private static void Run(string program, string arguments)
    {
        using var process = System.Diagnostics.Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {arguments}: {error}");
    }
}
