namespace Tiphys.Storage.Tests.Behaviour;

/// <summary>
/// Makes stores of one implementation. The test classes of this folder hold for every <see cref="IStore"/>: an implementation
/// derives its fixture, and one sealed class of each test class that passes it (see <c>Embedded.cs</c>).
/// </summary>
public abstract class StoreFixture : IDisposable
{
    /// <summary>A fresh and empty store, at revision 1, that nothing compacts by itself; the test disposes it.</summary>
    public abstract Task<IStore> OpenAsync();

    /// <summary>
    /// The store is in this process: its records are shared, its watches hold nothing and its history can be counted. A store in
    /// another process copies records, reads watches ahead and knows only what it is told.
    /// </summary>
    public virtual bool IsLocal => true;

    /// <summary>Lets time pass for the leases of the stores made, by moving their clock or by waiting.</summary>
    public abstract Task PassAsync(TimeSpan time);

    /// <summary>Removes what the stores left.</summary>
    public abstract void Dispose();
}

/// <summary>Tests of one aspect of every store.</summary>
public abstract class StoreTests(StoreFixture fixture) : IDisposable
{
    protected StoreFixture Fixture => fixture;

    public void Dispose()
    {
        fixture.Dispose();
        GC.SuppressFinalize(this);
    }
}
