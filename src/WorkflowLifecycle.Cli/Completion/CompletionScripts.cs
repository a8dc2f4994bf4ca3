namespace WorkflowLifecycle.Cli.Completion;

/// <summary>Scripts that make a shell ask workflowctl itself what could come next.</summary>
internal static class CompletionScripts
{
    public static IReadOnlyList<string> Shells { get; } = ["bash", "zsh", "fish"];

    public static string For(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        "fish" => Fish,
        _ => throw CliException.Usage($"There is no completion for '{shell}': {string.Join(", ", Shells)}.", "Try: workflowctl completion bash"),
    };

    // "default" falls back to file names where workflowctl has nothing to offer, as after "run --".
    private const string Bash = """
        # workflowctl completion for bash: source <(workflowctl completion bash)
        _workflowctl() {
            local IFS=$'\n'
            COMPREPLY=($(workflowctl "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null))
            COMPREPLY=($(compgen -W "${COMPREPLY[*]}" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _workflowctl workflowctl
        """;

    private const string Zsh = """
        #compdef workflowctl
        # workflowctl completion for zsh: source <(workflowctl completion zsh)
        _workflowctl() {
            local -a candidates
            candidates=("${(@f)$(workflowctl "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
            if (( ${#candidates} )) && [[ -n ${candidates[1]} ]]; then
                compadd -- "${candidates[@]}"
            else
                _files
            fi
        }
        compdef _workflowctl workflowctl
        """;

    private const string Fish = """
        # workflowctl completion for fish: workflowctl completion fish | source
        function __workflowctl_complete
            set -l line (commandline -cp)
            workflowctl "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c workflowctl -a "(__workflowctl_complete)"
        """;
}
