global using WorkflowLifecycle.Shim.Tests.Harness;
global using Xunit;
