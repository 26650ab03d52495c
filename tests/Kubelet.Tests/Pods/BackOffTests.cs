using Tiphys.Kubelet.Pods;
using Tiphys.Kubelet.Tests.Harness;

namespace Tiphys.Kubelet.Tests.Pods;

public class BackOffTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Pauses_double_up_to_the_maximum_and_are_forgotten_after_peace()
    {
        var backOff = new BackOff(_time, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(5));
        Assert.Null(backOff.EndsAt("k", _time.GetUtcNow()));
        int[] expected = [10, 20, 40, 80, 160, 300, 300];
        foreach (var seconds in expected)
        {
            var ended = _time.GetUtcNow();
            backOff.Next("k", ended);
            Assert.Equal(ended.AddSeconds(seconds), backOff.EndsAt("k", ended));
            _time.Advance(TimeSpan.FromSeconds(seconds));
            Assert.Null(backOff.EndsAt("k", ended));
        }
        _time.Advance(TimeSpan.FromMinutes(11));
        var later = _time.GetUtcNow();
        Assert.Null(backOff.EndsAt("k", later));
        backOff.Next("k", later);
        Assert.Equal(later.AddSeconds(10), backOff.EndsAt("k", later));
    }

    [Fact]
    public void Keys_are_independent_and_can_be_forgotten()
    {
        var backOff = new BackOff(_time, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(5));
        backOff.Next("pod1/a", _time.GetUtcNow());
        backOff.Next("pod2/a", _time.GetUtcNow());
        backOff.Forget("pod1/");
        Assert.Null(backOff.EndsAfterLast("pod1/a"));
        Assert.NotNull(backOff.EndsAfterLast("pod2/a"));
    }
}
