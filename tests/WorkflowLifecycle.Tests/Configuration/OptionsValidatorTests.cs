using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using WorkflowLifecycle.Configuration;

namespace WorkflowLifecycle.Tests.Configuration;

public sealed class OptionsValidatorTests
{
    private static readonly TimeSpan _tick = TimeSpan.FromTicks(1);

    private static void Good(Action<WorkflowLifecycleOptions> change)
    {
        WorkflowLifecycleOptions options = new() { HostName = "executor" };
        change(options);
        Assert.True(new WorkflowLifecycleOptionsValidator().Validate(null, options).Succeeded);
    }

    private static void Bad(string setting, Action<WorkflowLifecycleOptions> change)
    {
        WorkflowLifecycleOptions options = new() { HostName = "executor" };
        change(options);
        ValidateOptionsResult result = new WorkflowLifecycleOptionsValidator().Validate(null, options);
        Assert.True(result.Failed);
        Assert.Contains(setting, Assert.Single(result.Failures!), StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_Defaults_AreGood() => Good(_ => { });

    [Fact]
    public void Validate_HostName_Has1To100VisibleCharacters()
    {
        Good(options => options.HostName = new string('h', 100));
        foreach (string? name in (string?[])["", new string('h', 101), "two words", "a\nb", "a\u200bb", null])
        {
            Bad(nameof(WorkflowLifecycleOptions.HostName), options => options.HostName = name!);
        }
    }

    [Fact]
    public void Validate_TerminateCeiling_IsAbove0AndAtMost24Hours()
    {
        Good(options => options.TerminateCeiling = _tick);
        Good(options => options.TerminateCeiling = TimeSpan.FromDays(1));
        foreach (TimeSpan ceiling in (TimeSpan[])[TimeSpan.Zero, -_tick, Timeout.InfiniteTimeSpan, TimeSpan.FromDays(1) + _tick])
        {
            Bad(nameof(WorkflowLifecycleOptions.TerminateCeiling), options => options.TerminateCeiling = ceiling);
        }
    }

    [Fact]
    public void Validate_EvidenceCeiling_Is20MillisecondsTo5Seconds()
    {
        Good(options => options.EvidenceCeiling = TimeSpan.FromMilliseconds(20));
        Good(options => options.EvidenceCeiling = TimeSpan.FromSeconds(5));
        foreach (TimeSpan ceiling in (TimeSpan[])[TimeSpan.Zero, Timeout.InfiniteTimeSpan, TimeSpan.FromMilliseconds(20) - _tick, TimeSpan.FromSeconds(5) + _tick])
        {
            Bad(nameof(WorkflowLifecycleOptions.EvidenceCeiling), options => options.EvidenceCeiling = ceiling);
        }

        Bad(nameof(WorkflowLifecycleOptions.CaptureEvidence), options => options.CaptureEvidence = (EvidencePolicy)7);
    }

    [Fact]
    public void Validate_GraceCap_IsAbove0AndAtMost24Hours()
    {
        Good(options => options.GraceCap = _tick);
        Good(options => options.GraceCap = TimeSpan.FromDays(1));
        foreach (TimeSpan cap in (TimeSpan[])[TimeSpan.Zero, -_tick, Timeout.InfiniteTimeSpan, TimeSpan.FromDays(1) + _tick])
        {
            Bad(nameof(WorkflowLifecycleOptions.GraceCap), options => options.GraceCap = cap);
        }
    }

    [Fact]
    public void Validate_CeilingsOfWorkInFlight_Are0To24Hours()
    {
        (string Name, Action<WorkflowLifecycleOptions, TimeSpan> Set)[] ceilings =
        [
            (nameof(WorkflowLifecycleOptions.GitCeiling), (options, ceiling) => options.GitCeiling = ceiling),
            (nameof(WorkflowLifecycleOptions.DatabaseCeiling), (options, ceiling) => options.DatabaseCeiling = ceiling),
            (nameof(WorkflowLifecycleOptions.FileCeiling), (options, ceiling) => options.FileCeiling = ceiling),
            (nameof(WorkflowLifecycleOptions.OtherCeiling), (options, ceiling) => options.OtherCeiling = ceiling),
        ];
        Assert.All(ceilings, setting =>
        {
            Good(options => setting.Set(options, TimeSpan.Zero));
            Good(options => setting.Set(options, TimeSpan.FromDays(1)));
            Bad(setting.Name, options => setting.Set(options, -_tick));
            Bad(setting.Name, options => setting.Set(options, TimeSpan.FromDays(1) + _tick));
        });
    }

    [Fact]
    public void Validate_HostShutdownGrace_IsAbove0AndAtMost24Hours()
    {
        Good(options => options.HostShutdownGrace = _tick);
        Good(options => options.HostShutdownGrace = TimeSpan.FromDays(1));
        foreach (TimeSpan grace in (TimeSpan[])[TimeSpan.Zero, -_tick, Timeout.InfiniteTimeSpan, TimeSpan.FromDays(1) + _tick])
        {
            Bad(nameof(WorkflowLifecycleOptions.HostShutdownGrace), options => options.HostShutdownGrace = grace);
        }
    }

    [Fact]
    public void Validate_LeftoverGrace_Is0To24Hours()
    {
        Good(options => options.LeftoverGrace = TimeSpan.Zero);
        Good(options => options.LeftoverGrace = TimeSpan.FromDays(1));
        Bad(nameof(WorkflowLifecycleOptions.LeftoverGrace), options => options.LeftoverGrace = -_tick);
        Bad(nameof(WorkflowLifecycleOptions.LeftoverGrace), options => options.LeftoverGrace = TimeSpan.FromDays(1) + _tick);
    }

    [Fact]
    public void Validate_OutputFiles_AreOfSaneSizeAndNumber()
    {
        Good(options => (options.OutputFileCap, options.OutputFilesKept) = (4096, 100));
        Good(options => (options.OutputFileCap, options.OutputFilesKept) = (1L << 40, 1));
        Bad(nameof(WorkflowLifecycleOptions.OutputFileCap), options => options.OutputFileCap = 4095);
        Bad(nameof(WorkflowLifecycleOptions.OutputFileCap), options => options.OutputFileCap = (1L << 40) + 1);
        Bad(nameof(WorkflowLifecycleOptions.OutputFilesKept), options => options.OutputFilesKept = 0);
        Bad(nameof(WorkflowLifecycleOptions.OutputFilesKept), options => options.OutputFilesKept = 101);
    }

    [Fact]
    public void Validate_OutputDrainLimit_IsAbove0AndAtMost1Hour()
    {
        Good(options => options.OutputDrainLimit = TimeSpan.FromHours(1));
        Bad(nameof(WorkflowLifecycleOptions.OutputDrainLimit), options => options.OutputDrainLimit = TimeSpan.Zero);
        Bad(nameof(WorkflowLifecycleOptions.OutputDrainLimit), options => options.OutputDrainLimit = TimeSpan.FromHours(1) + _tick);
    }

    [Fact]
    public void Validate_Retention_Is1HourTo10Years()
    {
        Good(options => options.Retention = TimeSpan.FromHours(1));
        Good(options => options.Retention = TimeSpan.FromDays(3653));
        Bad(nameof(WorkflowLifecycleOptions.Retention), options => options.Retention = TimeSpan.FromHours(1) - _tick);
        Bad(nameof(WorkflowLifecycleOptions.Retention), options => options.Retention = TimeSpan.FromDays(3653) + _tick);
    }

    [Fact]
    public void Validate_ChoicesAndNames_AreKnownOnes()
    {
        Bad(nameof(WorkflowLifecycleOptions.OnHostExit), options => options.OnHostExit = (OnHostExit)7);
        Bad(nameof(WorkflowLifecycleOptions.MinimumStrength), options => options.MinimumStrength = (ContainmentStrength)(-1));
        Bad(nameof(WorkflowLifecycleOptions.OwnerClaimType), options => options.OwnerClaimType = " ");
        Bad(nameof(WorkflowLifecycleOptions.OwnerClaimType), options => options.OwnerClaimType = null!);
    }

    [Fact]
    public void Validate_Directories_AreAbsolute()
    {
        Good(options => (options.RuntimeDirectory, options.CgroupRoot) = ("/run/x", "/sys/fs/cgroup/x"));
        Bad(nameof(WorkflowLifecycleOptions.RuntimeDirectory), options => options.RuntimeDirectory = "run");
        Bad(nameof(WorkflowLifecycleOptions.RuntimeDirectory), options => options.RuntimeDirectory = "");
        Bad(nameof(WorkflowLifecycleOptions.CgroupRoot), options => options.CgroupRoot = "../x");
    }

    [Fact]
    public void Options_OutOfRange_FailAtTheFirstUseNamingTheSetting()
    {
        ServiceCollection services = new();
        services.AddWorkflowLifecycle(options => options.TerminateCeiling = TimeSpan.Zero);
        using ServiceProvider provider = services.BuildServiceProvider();

        OptionsValidationException exception = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IKillCoordinator>());
        Assert.Contains(nameof(WorkflowLifecycleOptions.TerminateCeiling), exception.Message, StringComparison.Ordinal);
    }
}
