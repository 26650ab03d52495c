namespace Tiphys.Storage.Etcd.Hosting;

/// <summary>The server cannot start as it is told to; the message says what to change.</summary>
public sealed class EtcdStartException(string message, Exception? inner = null) : Exception(message, inner);
