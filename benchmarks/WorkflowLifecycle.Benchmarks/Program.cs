using BenchmarkDotNet.Running;
using WorkflowLifecycle.Benchmarks.Figures;
using WorkflowLifecycle.Benchmarks.Spans;
using WorkflowLifecycle.Benchmarks.SubFiveSecondKill;

// figures [GROUP...] | spans [COUNT] | SubFiveSecondKill [--short] | what BenchmarkDotNet takes, for example --filter '*Kill*' --job short
switch (args)
{
    case ["figures", .. string[] groups]:
        return await FiguresCommand.RunAsync(groups);
    case ["spans"]:
        return await SpansCommand.RunAsync(100);
    case ["spans", var count] when int.TryParse(count, out int size):
        return await SpansCommand.RunAsync(size);
    case ["SubFiveSecondKill", .. string[] options]:
        return await SubFiveSecondKillCommand.RunAsync(options.Contains("--short"));
    default:
        BenchmarkSwitcher.FromAssembly(typeof(FiguresCommand).Assembly).Run(args);
        return 0;
}
