using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Tiphys.Storage.Etcd.Services;

/// <summary>The one member of the cluster this server is.</summary>
internal sealed class Member
{
    /// <summary>The only term there is: a cluster of one elects nobody.</summary>
    public const ulong Term = 1;

    public Member(string name, IReadOnlyList<string> clientUrls)
    {
        (Name, ClientUrls) = (name, clientUrls);
        // From the name, so that they outlive restarts and clients recognize the member.
        Id = IdOf("member", name);
        ClusterId = IdOf("cluster", name);
    }

    public string Name { get; }

    public IReadOnlyList<string> ClientUrls { get; }

    public ulong Id { get; }

    public ulong ClusterId { get; }

    public V3.ResponseHeader Header(long revision) => new() { ClusterId = ClusterId, MemberId = Id, Revision = revision, RaftTerm = Term };

    private static ulong IdOf(string kind, string name) =>
        BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"tiphys {kind} {name}")));
}
