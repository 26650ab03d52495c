using Tiphys.Grpc;
using Tiphys.Grpc.Server;

namespace Tiphys.Storage.Etcd.Services;

/// <summary>
/// Users and roles (etcdserverpb.Auth): authentication is not enabled and there are none. Who may connect is a matter of client
/// certificates.
/// </summary>
internal sealed class AuthService(IStore store, Member member)
{
    public void AddTo(GrpcMethods methods)
    {
        methods
            .Unary("/etcdserverpb.Auth/AuthStatus", V3.AuthStatusRequest.Parser, (_, _) => Reply(new V3.AuthStatusResponse { Header = Header(), AuthRevision = 1 }))
            .Unary("/etcdserverpb.Auth/AuthDisable", V3.AuthDisableRequest.Parser, (_, _) => Reply(new V3.AuthDisableResponse { Header = Header() }))
            .Unary("/etcdserverpb.Auth/UserList", V3.AuthUserListRequest.Parser, (_, _) => Reply(new V3.AuthUserListResponse { Header = Header() }))
            .Unary("/etcdserverpb.Auth/RoleList", V3.AuthRoleListRequest.Parser, (_, _) => Reply(new V3.AuthRoleListResponse { Header = Header() }))
            .Unary("/etcdserverpb.Auth/AuthEnable", V3.AuthEnableRequest.Parser, Refuse<V3.AuthEnableRequest, V3.AuthEnableResponse>(EtcdErrors.NoRootUser))
            .Unary("/etcdserverpb.Auth/Authenticate", V3.AuthenticateRequest.Parser, Refuse<V3.AuthenticateRequest, V3.AuthenticateResponse>(EtcdErrors.AuthNotEnabled))
            .Unary("/etcdserverpb.Auth/UserAdd", V3.AuthUserAddRequest.Parser, (request, _) =>
                ValueTask.FromException<V3.AuthUserAddResponse>(request.Name.Length == 0 ? EtcdErrors.UserEmpty() : NoUsers()))
            .Unary("/etcdserverpb.Auth/UserGet", V3.AuthUserGetRequest.Parser, Refuse<V3.AuthUserGetRequest, V3.AuthUserGetResponse>(EtcdErrors.UserNotFound))
            .Unary("/etcdserverpb.Auth/UserDelete", V3.AuthUserDeleteRequest.Parser, Refuse<V3.AuthUserDeleteRequest, V3.AuthUserDeleteResponse>(EtcdErrors.UserNotFound))
            .Unary("/etcdserverpb.Auth/UserChangePassword", V3.AuthUserChangePasswordRequest.Parser, Refuse<V3.AuthUserChangePasswordRequest, V3.AuthUserChangePasswordResponse>(EtcdErrors.UserNotFound))
            .Unary("/etcdserverpb.Auth/UserGrantRole", V3.AuthUserGrantRoleRequest.Parser, Refuse<V3.AuthUserGrantRoleRequest, V3.AuthUserGrantRoleResponse>(EtcdErrors.UserNotFound))
            .Unary("/etcdserverpb.Auth/UserRevokeRole", V3.AuthUserRevokeRoleRequest.Parser, Refuse<V3.AuthUserRevokeRoleRequest, V3.AuthUserRevokeRoleResponse>(EtcdErrors.UserNotFound))
            .Unary("/etcdserverpb.Auth/RoleAdd", V3.AuthRoleAddRequest.Parser, (request, _) =>
                ValueTask.FromException<V3.AuthRoleAddResponse>(request.Name.Length == 0 ? EtcdErrors.RoleEmpty() : NoUsers()))
            .Unary("/etcdserverpb.Auth/RoleGet", V3.AuthRoleGetRequest.Parser, Refuse<V3.AuthRoleGetRequest, V3.AuthRoleGetResponse>(EtcdErrors.RoleNotFound))
            .Unary("/etcdserverpb.Auth/RoleDelete", V3.AuthRoleDeleteRequest.Parser, Refuse<V3.AuthRoleDeleteRequest, V3.AuthRoleDeleteResponse>(EtcdErrors.RoleNotFound))
            .Unary("/etcdserverpb.Auth/RoleGrantPermission", V3.AuthRoleGrantPermissionRequest.Parser, (request, _) =>
                ValueTask.FromException<V3.AuthRoleGrantPermissionResponse>(request.Perm is null ? EtcdErrors.PermissionNotGiven() : EtcdErrors.RoleNotFound()))
            .Unary("/etcdserverpb.Auth/RoleRevokePermission", V3.AuthRoleRevokePermissionRequest.Parser, Refuse<V3.AuthRoleRevokePermissionRequest, V3.AuthRoleRevokePermissionResponse>(EtcdErrors.RoleNotFound));
    }

    private V3.ResponseHeader Header() => member.Header(store.CurrentRevision);

    private static ValueTask<T> Reply<T>(T reply) => ValueTask.FromResult(reply);

    private static Func<TRequest, GrpcCall, ValueTask<TReply>> Refuse<TRequest, TReply>(Func<GrpcException> error) =>
        (_, _) => ValueTask.FromException<TReply>(error());

    private static GrpcException NoUsers() =>
        EtcdErrors.NotOffered("this store keeps no users and roles; give clients certificates (--client-cert-auth, --trusted-ca-file)");
}
