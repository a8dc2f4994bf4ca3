using Xunit.Sdk;
using Xunit.v3;

// The end-to-end tests start processes and measure what they do; side by side on a small machine they would measure each other.
[assembly: Parallelization(Mode = ParallelMode.None)]
