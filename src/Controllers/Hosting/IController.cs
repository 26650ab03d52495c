namespace Tiphys.Controllers;

/// <summary>One control loop of the manager (upstream's controller): watches some kinds and keeps bringing the world to what they ask for.</summary>
internal interface IController
{
    /// <summary>Works until cancelled. Called once the informers it uses have synced.</summary>
    Task RunAsync(CancellationToken cancel);
}
