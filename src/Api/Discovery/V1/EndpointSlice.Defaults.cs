namespace Tiphys.Api.Discovery.V1;

public sealed partial class EndpointPort
{
    partial void OnDefaulting() => Name ??= "";
}
