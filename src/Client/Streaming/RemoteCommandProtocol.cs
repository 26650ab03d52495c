namespace Tiphys.Client;

/// <summary>The subprotocols of exec and attach.</summary>
public static class RemoteCommandProtocol
{
    /// <summary>Today's over WebSockets, whose stdin can be closed.</summary>
    public const string V5 = "v5.channel.k8s.io";

    /// <summary>The one before; also what SPDY speaks.</summary>
    public const string V4 = "v4.channel.k8s.io";
}

/// <summary>The numbers with which a WebSocket's messages of exec and attach begin.</summary>
internal static class RemoteCommandChannel
{
    public const byte Stdin = 0;
    public const byte Stdout = 1;
    public const byte Stderr = 2;
    public const byte Error = 3;
    public const byte Resize = 4;

    /// <summary>In front of a channel's number: the client closes that channel.</summary>
    public const byte CloseChannel = 255;
}
