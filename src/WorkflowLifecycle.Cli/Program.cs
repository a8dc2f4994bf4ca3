using WorkflowLifecycle;
using WorkflowLifecycle.Cli;

using Interrupts interrupts = Interrupts.OfProcess(TimeProvider.System);
WorkflowCtl workflowctl = new(new CliContext
{
    Console = CliConsole.OfProcess(Environment.GetEnvironmentVariable),
    Sessions = new CliServices(TimeProvider.System),
    Stores = new StoreResolver(Environment.GetEnvironmentVariable, static () => AnnouncedStores.Find()),
    Interrupts = interrupts,
    Environment = Environment.GetEnvironmentVariable,
    Time = TimeProvider.System,
});
return await workflowctl.RunAsync(args).ConfigureAwait(false);
