namespace Tiphys.Kubelet.Volumes;

/// <summary>A volume could not be made ready; the message is what users are shown.</summary>
internal sealed class VolumeException(string message, Exception? inner = null) : Exception(message, inner);
