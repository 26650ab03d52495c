using Tiphys.Api;

namespace Tiphys.ApiServer;

/// <summary>A resource whose objects are questions: creating one gets it back with the answer, and nothing is stored.</summary>
public abstract class ReviewResource
{
    /// <summary>Kind of the question.</summary>
    public abstract KindInfo Kind { get; }

    /// <summary>Says in the answer who asked what; null leaves that out.</summary>
    internal Action<IKubernetesObject, WriteContext>? RecordFields { get; set; }

    /// <summary>Answers a request.</summary>
    /// <exception cref="StatusException">It is refused.</exception>
    public async Task HandleAsync(ApiRequest request)
    {
        if (request.Info.Name.Length > 0) throw ApiErrors.UnknownPath();
        if (request.Info.Verb != "create") throw ApiErrors.MethodNotAllowed();
        var context = WriteContext.Of(request);
        var body = await RequestBody.ReadAsync(request, Kind);
        if (body is IKubernetesObject item)
        {
            context.PlaceIn(item.Metadata, Kind);
            RecordFields?.Invoke(item, context);
        }

        await ObjectResponse.WriteAsync(request, await AnswerAsync(body, request), 201);
    }

    /// <summary>Makes the answer, usually by filling in the question's status.</summary>
    protected abstract ValueTask<IApiMessage> AnswerAsync(IApiMessage body, ApiRequest request);
}

/// <summary>A review of one kind.</summary>
/// <typeparam name="T">The kind.</typeparam>
public abstract class ReviewResource<T> : ReviewResource where T : class, IKind<T>
{
    /// <inheritdoc/>
    public override KindInfo Kind => T.Info;

    /// <summary>Makes the answer.</summary>
    protected abstract ValueTask<T> AnswerAsync(T review, ApiRequest request);

    /// <inheritdoc/>
    protected override async ValueTask<IApiMessage> AnswerAsync(IApiMessage body, ApiRequest request) => await AnswerAsync((T)body, request);
}
