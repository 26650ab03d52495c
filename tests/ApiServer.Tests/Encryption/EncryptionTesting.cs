using System.Text;
using Microsoft.Extensions.Logging.Abstractions;

namespace Tiphys.ApiServer.Tests;

/// <summary>Short forms for tests of encryption at rest.</summary>
internal static class EncryptionTesting
{
    /// <summary>The store key of all values in these tests.</summary>
    public static readonly byte[] Key = "/registry/secrets/default/a"u8.ToArray();

    public static EncryptionRules Load(string path, TimeProvider? time = null, bool reload = false) => EncryptionRules.Load(path, reload, time ?? TimeProvider.System, NullLogger.Instance);

    public static byte[] Write(this IValueTransformer transformer, string value) => transformer.ToStorage(Encoding.UTF8.GetBytes(value), Key);

    public static async Task<(string Value, bool Stale)> ReadAsync(this IValueTransformer transformer, byte[] stored)
    {
        var (value, stale) = await transformer.FromStorageAsync(stored, Key, TestContext.Current.CancellationToken);
        return (Encoding.UTF8.GetString(value.Span), stale);
    }

    /// <summary>Why something cannot be read.</summary>
    public static async Task<string> ComplaintAsync(this IValueTransformer transformer, byte[] stored) =>
        (await Assert.ThrowsAsync<ValueTransformException>(() => transformer.ReadAsync(stored))).Message;
}
