using Tiphys.Grpc;
using Tiphys.Grpc.Server;

namespace Tiphys.Storage.Etcd.Services;

/// <summary>The cluster (etcdserverpb.Cluster): this member, and no way to have others.</summary>
internal sealed class ClusterService(Member member)
{
    // No member of etcd is without one, and clients may rely on it. Nobody listens there.
    private const string PeerUrl = "http://localhost:2380";

    public void AddTo(GrpcMethods methods) => methods
        .Unary("/etcdserverpb.Cluster/MemberList", V3.MemberListRequest.Parser, (_, _) => List())
        .Unary("/etcdserverpb.Cluster/MemberAdd", V3.MemberAddRequest.Parser, (request, _) => Add(request))
        .Unary("/etcdserverpb.Cluster/MemberRemove", V3.MemberRemoveRequest.Parser, (request, _) => Remove(request))
        .Unary("/etcdserverpb.Cluster/MemberUpdate", V3.MemberUpdateRequest.Parser, (request, _) => Update(request))
        .Unary("/etcdserverpb.Cluster/MemberPromote", V3.MemberPromoteRequest.Parser, (request, _) => Promote(request));

    private ValueTask<V3.MemberListResponse> List()
    {
        var self = new V3.Member { ID = member.Id, Name = member.Name };
        self.ClientURLs.AddRange(member.ClientUrls);
        self.PeerURLs.Add(PeerUrl);
        var response = new V3.MemberListResponse { Header = member.Header(0) }; // of the members, not of the keys
        response.Members.Add(self);
        return ValueTask.FromResult(response);
    }

    private static ValueTask<V3.MemberAddResponse> Add(V3.MemberAddRequest request) => ValueTask.FromException<V3.MemberAddResponse>(
        request.PeerURLs.Count == 0 || !request.PeerURLs.All(IsPeerUrl) ? EtcdErrors.BadUrls() : NoPeers());

    private ValueTask<V3.MemberRemoveResponse> Remove(V3.MemberRemoveRequest request) => ValueTask.FromException<V3.MemberRemoveResponse>(
        request.ID == member.Id ? EtcdErrors.NotEnoughStarted() : EtcdErrors.MemberNotFound());

    private ValueTask<V3.MemberUpdateResponse> Update(V3.MemberUpdateRequest request) => ValueTask.FromException<V3.MemberUpdateResponse>(
        request.ID == member.Id ? NoPeers() : EtcdErrors.MemberNotFound());

    private ValueTask<V3.MemberPromoteResponse> Promote(V3.MemberPromoteRequest request) => ValueTask.FromException<V3.MemberPromoteResponse>(
        request.ID == member.Id ? EtcdErrors.NotLearner() : EtcdErrors.MemberNotFound());

    private static bool IsPeerUrl(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" or "unix" or "unixs" && (uri.PathAndQuery is "/" or "" || uri.Scheme[0] == 'u');

    private static GrpcException NoPeers() => EtcdErrors.NotOffered("this store is a cluster of one member and takes no others");
}
