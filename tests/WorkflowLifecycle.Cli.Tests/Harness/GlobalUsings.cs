global using WorkflowLifecycle.Cli.Tests.Harness;
global using Xunit;
