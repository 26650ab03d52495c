namespace Tiphys.ApiServer;

/// <summary>Who makes a request (upstream's <c>user.Info</c>).</summary>
/// <param name="Name">User name, for example <c>system:kube-scheduler</c>.</param>
/// <param name="Uid">Identity that outlives a name; empty when there is none.</param>
/// <param name="Groups">Groups, among them <c>system:authenticated</c> or <c>system:unauthenticated</c>.</param>
/// <param name="Extra">What the authenticator knows besides.</param>
public sealed record UserInfo(string Name, string Uid, IReadOnlyList<string> Groups, IReadOnlyDictionary<string, List<string>> Extra)
{
    /// <summary>The group whose members may do everything.</summary>
    public const string Masters = "system:masters";

    /// <summary>The group of everyone who proved an identity.</summary>
    public const string Authenticated = "system:authenticated";

    /// <summary>The group of everyone else.</summary>
    public const string Unauthenticated = "system:unauthenticated";

    private static readonly Dictionary<string, List<string>> s_none = [];

    /// <summary>A user without uid and extras.</summary>
    public UserInfo(string name, params IReadOnlyList<string> groups) : this(name, "", groups, s_none) { }

    /// <summary>Requests without credentials.</summary>
    public static UserInfo Anonymous { get; } = new("system:anonymous", Unauthenticated);
}
