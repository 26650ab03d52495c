namespace Tiphys.Kubectl.Describe;

/// <summary>Describes the objects of one kind.</summary>
internal interface IDescriber
{
    /// <summary>The description of one object, as read from the server now.</summary>
    /// <exception cref="Tiphys.Client.ApiException">It cannot be read.</exception>
    Task<string> DescribeAsync(DescribeSession session, string ns, string name, CancellationToken cancel);
}
