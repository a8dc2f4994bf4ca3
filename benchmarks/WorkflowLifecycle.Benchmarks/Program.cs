using BenchmarkDotNet.Running;
using WorkflowLifecycle.Benchmarks.Figures;
using WorkflowLifecycle.Benchmarks.SubFiveSecondKill;

// figures [GROUP...] | SubFiveSecondKill [--short] | what BenchmarkDotNet takes, for example --filter '*Kill*' --job short
switch (args)
{
    case ["figures", .. string[] groups]:
        return await FiguresCommand.RunAsync(groups);
    case ["SubFiveSecondKill", .. string[] options]:
        return await SubFiveSecondKillCommand.RunAsync(options.Contains("--short"));
    default:
        BenchmarkSwitcher.FromAssembly(typeof(FiguresCommand).Assembly).Run(args);
        return 0;
}
