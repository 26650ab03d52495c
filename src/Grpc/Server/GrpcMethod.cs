using Google.Protobuf;

namespace Tiphys.Grpc.Server;

/// <summary>One method of a service: reads its requests, runs, and writes its replies.</summary>
public abstract class GrpcMethod
{
    /// <summary>Whether it takes any number of requests and sends any number of replies.</summary>
    public abstract bool IsStreaming { get; }

    /// <summary>Whether it takes exactly one request.</summary>
    public abstract bool TakesOneRequest { get; }

    /// <summary>Serves one call. Failures are exceptions: a <see cref="GrpcException"/> says its status itself.</summary>
    public abstract ValueTask InvokeAsync(IMessageStream messages, GrpcCall call);
}

/// <summary>The methods a server has, by their full names such as <c>/package.Service/Method</c>.</summary>
public sealed class GrpcMethods
{
    private readonly Dictionary<string, GrpcMethod> _methods = new(StringComparer.Ordinal);

    /// <summary>Adds a method of one request and one reply.</summary>
    public GrpcMethods Unary<TRequest, TReply>(string name, MessageParser<TRequest> parser, Func<TRequest, GrpcCall, ValueTask<TReply>> handle)
        where TRequest : class, IMessage<TRequest>
        where TReply : IMessage<TReply> => Add(name, new UnaryMethod<TRequest, TReply>(parser, handle));

    /// <summary>Adds a method of one request and a stream of replies.</summary>
    public GrpcMethods ServerStream<TRequest>(string name, MessageParser<TRequest> parser, Func<TRequest, IMessageStream, GrpcCall, ValueTask> handle)
        where TRequest : class, IMessage<TRequest> => Add(name, new ServerStreamMethod<TRequest>(parser, handle));

    /// <summary>Adds a method of two independent streams.</summary>
    public GrpcMethods Duplex(string name, Func<IMessageStream, GrpcCall, ValueTask> handle) => Add(name, new DuplexMethod(handle));

    /// <summary>Finds a method by its full name.</summary>
    public GrpcMethod? Find(string name) => _methods.GetValueOrDefault(name);

    /// <summary>Whether there is a service of that name, such as <c>package.Service</c>.</summary>
    public bool HasService(string service) => _methods.Keys.Any(m => m.Length > service.Length + 1 && m[service.Length + 1] == '/' && m.AsSpan(1).StartsWith(service));

    private GrpcMethods Add(string name, GrpcMethod method)
    {
        _methods.Add(name, method);
        return this;
    }

    private static async ValueTask<T> ReadOnlyMessageAsync<T>(IMessageStream messages, MessageParser<T> parser, CancellationToken cancel)
        where T : class, IMessage<T>
    {
        var request = await messages.ReadAsync(parser, cancel)
            ?? throw new GrpcException(GrpcStatusCode.Internal, "the call ended before its request");
        if (await messages.ReadAsync(parser, cancel) is not null)
            throw new GrpcException(GrpcStatusCode.Internal, "the method takes one request, but the call has several");
        return request;
    }

    private sealed class UnaryMethod<TRequest, TReply>(MessageParser<TRequest> parser, Func<TRequest, GrpcCall, ValueTask<TReply>> handle) : GrpcMethod
        where TRequest : class, IMessage<TRequest>
        where TReply : IMessage<TReply>
    {
        public override bool IsStreaming => false;

        public override bool TakesOneRequest => true;

        public override async ValueTask InvokeAsync(IMessageStream messages, GrpcCall call)
        {
            var request = await ReadOnlyMessageAsync(messages, parser, call.Cancellation);
            var task = handle(request, call);
            // A handler need not look at the deadline all the time: the caller is answered when it has passed in any case.
            var reply = task.IsCompleted || !call.HasDeadline ? await task : await task.AsTask().WaitAsync(call.Cancellation);
            await messages.WriteAsync(reply, call.Cancellation);
        }
    }

    private sealed class ServerStreamMethod<TRequest>(MessageParser<TRequest> parser, Func<TRequest, IMessageStream, GrpcCall, ValueTask> handle) : GrpcMethod
        where TRequest : class, IMessage<TRequest>
    {
        public override bool IsStreaming => true;

        public override bool TakesOneRequest => true;

        public override async ValueTask InvokeAsync(IMessageStream messages, GrpcCall call) =>
            await handle(await ReadOnlyMessageAsync(messages, parser, call.Cancellation), messages, call);
    }

    private sealed class DuplexMethod(Func<IMessageStream, GrpcCall, ValueTask> handle) : GrpcMethod
    {
        public override bool IsStreaming => true;

        public override bool TakesOneRequest => false;

        public override ValueTask InvokeAsync(IMessageStream messages, GrpcCall call) => handle(messages, call);
    }
}
