global using WorkflowLifecycle.Cli.Composition;
global using WorkflowLifecycle.Cli.Errors;
global using WorkflowLifecycle.Cli.Rendering;
global using WorkflowLifecycle.Cli.Stores;
global using WorkflowLifecycle.Cli.Terminal;
