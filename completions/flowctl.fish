function __flowctl_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __flowctl_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __flowctl_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __flowctl_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __flowctl_parse_tokens -S
    set -l unparsed_tokens (__flowctl_tokens -pc)
    switch $unparsed_tokens[1]
    case 'flowctl'
        __flowctl_parse_subcommand 0 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'run'
            __flowctl_parse_subcommand 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'i/input=+' 'inputs=' 'event=' 'label=+' 'env-file=+' 'base-url=+' 'mock' 'dry-run' 'trace=' 'log-format=' 'metrics-file=' 'version' 'h/help'
        case 'validate'
            __flowctl_parse_subcommand -r 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'offline' 'version' 'h/help'
        case 'graph'
            __flowctl_parse_subcommand 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'format=' 'version' 'h/help'
        case 'new'
            __flowctl_parse_subcommand -r 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'list' 'version' 'h/help'
        case 'runs'
            __flowctl_parse_subcommand 0 'version' 'h/help'
            switch $unparsed_tokens[1]
            case 'list'
                __flowctl_parse_subcommand 0 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'workflow=' 'status=' 'label=+' 'limit=' 'calls' 'version' 'h/help'
            case 'show'
                __flowctl_parse_subcommand 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'step=' 'curl' 'why' 'version' 'h/help'
            case 'logs'
                __flowctl_parse_subcommand 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'step=' 'f/follow' 'version' 'h/help'
            case 'resume'
                __flowctl_parse_subcommand -r 2 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'all-interrupted' 'retry-uncertain=+' 'mark-done=+' 'step-output=' 'from=+' 'failed-items' 'file=' 'rerun=+' 'keep=+' 'dry-run' 'y/yes' 'env-file=+' 'trace=' 'log-format=' 'metrics-file=' 'version' 'h/help'
            case 'delete'
                __flowctl_parse_subcommand 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'version' 'h/help'
            case 'prune'
                __flowctl_parse_subcommand 0 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'older-than=' 'keep=' 'workflow=' 'status=+' 'unfinished' 'dry-run' 'version' 'h/help'
            case 'export'
                __flowctl_parse_subcommand 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'to=' 'version' 'h/help'
            case 'import'
                __flowctl_parse_subcommand 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'version' 'h/help'
            end
        case 'resume'
            __flowctl_parse_subcommand -r 2 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'all-interrupted' 'retry-uncertain=+' 'mark-done=+' 'step-output=' 'from=+' 'failed-items' 'file=' 'rerun=+' 'keep=+' 'dry-run' 'y/yes' 'env-file=+' 'trace=' 'log-format=' 'metrics-file=' 'version' 'h/help'
        case 'mock'
            __flowctl_parse_subcommand 0 'version' 'h/help'
            switch $unparsed_tokens[1]
            case 'serve'
                __flowctl_parse_subcommand -r 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'port=' 'fault=+' 'latency=' 'version' 'h/help'
            end
        case 'limits'
            __flowctl_parse_subcommand 0 'version' 'h/help'
            switch $unparsed_tokens[1]
            case 'list'
                __flowctl_parse_subcommand 0 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'version' 'h/help'
            case 'reset'
                __flowctl_parse_subcommand 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'all' 'version' 'h/help'
            end
        case 'cache'
            __flowctl_parse_subcommand 0 'version' 'h/help'
            switch $unparsed_tokens[1]
            case 'status'
                __flowctl_parse_subcommand 0 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'version' 'h/help'
            case 'clear'
                __flowctl_parse_subcommand 0 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'version' 'h/help'
            end
        case 'nodes'
            __flowctl_parse_subcommand 0 'version' 'h/help'
            switch $unparsed_tokens[1]
            case 'list'
                __flowctl_parse_subcommand 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'version' 'h/help'
            case 'show'
                __flowctl_parse_subcommand 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'version' 'h/help'
            case 'search'
                __flowctl_parse_subcommand -r 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'version' 'h/help'
            case 'run'
                __flowctl_parse_subcommand -r 2 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'inputs=' 'credential=' 'base-url=+' 'timeout=' 'retry=' 'dry-run' 'trace=' 'version' 'h/help'
            end
        case 'connectors'
            __flowctl_parse_subcommand 0 'version' 'h/help'
            switch $unparsed_tokens[1]
            case 'list'
                __flowctl_parse_subcommand 0 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'version' 'h/help'
            case 'lint'
                __flowctl_parse_subcommand -r 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'version' 'h/help'
            case 'eject'
                __flowctl_parse_subcommand 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'to=' 'version' 'h/help'
            end
        case 'credentials'
            __flowctl_parse_subcommand 0 'version' 'h/help'
            switch $unparsed_tokens[1]
            case 'login'
                __flowctl_parse_subcommand 2 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'scopes=+' 'host=+' 'client-id=' 'client-secret-file=' 'client-key=' 'client-key-id=' 'set=+' 'device' 'paste' 'client-credentials' 'service-account=' 'subject=' 'audience=' 'port=' 'redirect-uri=' 'no-browser' 'timeout=' 'issuer=' 'authorize-url=' 'token-url=' 'device-url=' 'revoke-url=' 'client-authentication=' 'version' 'h/help'
            case 'logout'
                __flowctl_parse_subcommand 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'y/yes' 'version' 'h/help'
            case 'add'
                __flowctl_parse_subcommand 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'type=' 'from=' 'host=+' 'expires=' 'plain=+' 'unchecked' 'replace' 'version' 'h/help'
            case 'types'
                __flowctl_parse_subcommand 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'version' 'h/help'
            case 'list'
                __flowctl_parse_subcommand 0 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'type=' 'service=' 'invalid' 'version' 'h/help'
            case 'show'
                __flowctl_parse_subcommand 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'version' 'h/help'
            case 'edit'
                __flowctl_parse_subcommand 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'set=+' 'unset=+' 'from=' 'expires=' 'unchecked' 'version' 'h/help'
            case 'test'
                __flowctl_parse_subcommand 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'all' 'base-url=+' 'version' 'h/help'
            case 'doctor'
                __flowctl_parse_subcommand 0 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'within=' 'offline' 'base-url=+' 'version' 'h/help'
            case 'usage'
                __flowctl_parse_subcommand 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'version' 'h/help'
            case 'allow'
                __flowctl_parse_subcommand 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'host=+' 'workflow=+' 'project=+' 'any-workflow' 'version' 'h/help'
            case 'deny'
                __flowctl_parse_subcommand 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'host=+' 'workflow=+' 'project=+' 'version' 'h/help'
            case 'rename'
                __flowctl_parse_subcommand 2 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'version' 'h/help'
            case 'export'
                __flowctl_parse_subcommand -r 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'to=+' 'to-file=+' 'o/out=' 'with-tokens' 'plaintext' 'force' 'y/yes' 'version' 'h/help'
            case 'import'
                __flowctl_parse_subcommand 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'identity=+' 'replace' 'rename=+' 'version' 'h/help'
            case 'delete'
                __flowctl_parse_subcommand 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'y/yes' 'version' 'h/help'
            end
        case 'vault'
            __flowctl_parse_subcommand 0 'version' 'h/help'
            switch $unparsed_tokens[1]
            case 'init'
                __flowctl_parse_subcommand 0 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'passphrase' 'key-file=' 'version' 'h/help'
            case 'status'
                __flowctl_parse_subcommand 0 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'version' 'h/help'
            case 'unlock'
                __flowctl_parse_subcommand 0 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'for=' 'version' 'h/help'
            case 'lock'
                __flowctl_parse_subcommand 0 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'version' 'h/help'
            case 'slots'
                __flowctl_parse_subcommand 0 'version' 'h/help'
                switch $unparsed_tokens[1]
                case 'list'
                    __flowctl_parse_subcommand 0 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'version' 'h/help'
                case 'add'
                    __flowctl_parse_subcommand 0 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'passphrase' 'key-file=' 'env-key' 'keyring' 'label=' 'version' 'h/help'
                case 'remove'
                    __flowctl_parse_subcommand 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'y/yes' 'version' 'h/help'
                end
            case 'rekey'
                __flowctl_parse_subcommand 0 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'drop-slot=+' 'key-file=+' 'y/yes' 'version' 'h/help'
            case 'backup'
                __flowctl_parse_subcommand 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'force' 'version' 'h/help'
            case 'restore'
                __flowctl_parse_subcommand 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'force' 'version' 'h/help'
            case 'verify'
                __flowctl_parse_subcommand 0 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'version' 'h/help'
            end
        case 'expr'
            __flowctl_parse_subcommand 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'data=' 'run=' 'step=' 'explain' 'functions' 'version' 'h/help'
        case 'schema'
            __flowctl_parse_subcommand 0 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'version' 'h/help'
        case 'doctor'
            __flowctl_parse_subcommand 0 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'version' 'h/help'
        case 'completion'
            __flowctl_parse_subcommand 1 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'version' 'h/help'
        case 'version'
            __flowctl_parse_subcommand 0 'output=' 'q/quiet' 'v/verbose' 'no-color' 'state-db=' 'vault=' 'version' 'h/help'
        case 'help'
            __flowctl_parse_subcommand -r 1 'version'
        end
    end
end

function __flowctl_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __flowctl_parse_subcommand -S -a positional_count
    argparse -s r -- $argv
    set -l option_specs $argv[2..]
    set -l is_repeating_positional $_flag_r
    set -el _flag_r
    set -a commands $unparsed_tokens[1]
    set positional_index 0
    while true
        set -e unparsed_tokens[1]
        argparse -sn "$commands" $option_specs -- $unparsed_tokens 2> /dev/null
        set unparsed_tokens $argv
        set positional_index (math $positional_index + 1)
        for non_repeating_flag_or_option in $non_repeating_flags_or_options
            if set -ql "_flag_$(string replace -a - _ -- $non_repeating_flag_or_option)"
                set non_repeating_flags_or_options_absent 1
                break
            end
        end
        test (count $unparsed_tokens) -eq 0 -o \( -z "$is_repeating_positional" -a "$positional_index" -gt "$positional_count" \) && break
    end
end

function __flowctl_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __flowctl_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__flowctl_tokens -p)
    if test -z "$(__flowctl_tokens -t)"
        set -l index (count (__flowctl_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'flowctl' -f
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl" -eq 1' -fa 'run' -d 'Run a workflow.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl" -eq 1' -fa 'validate' -d 'Check workflow files: all mistakes of a file in one go.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl" -eq 1' -fa 'graph' -d 'Draw a workflow\'s steps and which waits for which.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl" -eq 1' -fa 'new' -d 'Write a new workflow file from a template.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl" -eq 1' -fa 'runs' -d 'Look at the history of runs, take one up again, delete old ones.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl" -eq 1' -fa 'resume' -d 'Take up a run that failed or was stopped; finished steps don\'t run again.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl" -eq 1' -fa 'mock' -d 'Stand-ins of apps on this machine, to try workflows without an account.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl" -eq 1' -fa 'limits' -d 'Look at rate limits and circuit breakers, and reset them.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl" -eq 1' -fa 'cache' -d 'Look at the stored answers of services, and forget them.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl" -eq 1' -fa 'nodes' -d 'Look at the nodes steps can use, and run one.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl" -eq 1' -fa 'connectors' -d 'Look at connectors: the files that describe HTTP apps.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl" -eq 1' -fa 'credentials' -d 'Keep credentials in the vault.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl" -eq 1' -fa 'vault' -d 'Make the vault, look at it, and keep it safe.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl" -eq 1' -fa 'expr' -d 'Evaluate an expression, or explain what it gives.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl" -eq 1' -fa 'schema' -d 'Print the JSON Schema of workflow files, for editors.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl" -eq 1' -fa 'doctor' -d 'Check this set-up and explain what is wrong with it.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl" -eq 1' -fa 'completion' -d 'Print the completion script of a shell.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl" -eq 1' -fa 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl run" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl run" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl run" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl run" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl run" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl run" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl run" -eq 1' -fa '(set -l exts \'yaml\' \'yml\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl run"' -s 'i' -l 'input' -d 'An input; JSON where it is not a string.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl run" inputs' -l 'inputs' -d 'A JSON file with inputs; - is standard input.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl run" event' -l 'event' -d 'A JSON file with what triggered the run, for "event".' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl run"' -l 'label' -d 'A label of the run, beside those of the file or in their place; "flowctl runs list --label" finds it.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl run"' -l 'env-file' -d 'A file of NAME=value lines, for the variables that env: takes with from; may be repeated.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl run"' -l 'base-url' -d 'Send requests there instead, for tests and gateways; name= is for one app, and may be given for several.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl run" mock' -l 'mock' -d 'Let mocks of all apps answer, which flowctl makes from its connectors; no account is needed.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl run" dry-run' -l 'dry-run' -d 'Show the plan and the requests it would send, with secrets masked; nothing is sent.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl run" trace' -l 'trace' -d 'Write every HTTP exchange to this file, with secrets masked; - is standard error.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl run" log-format' -l 'log-format' -d 'How progress is written to standard error: text, or json for a line of JSON an event.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl run" metrics-file' -l 'metrics-file' -d 'Write metrics of the run there when it has ended, in Prometheus\'s text format.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl run" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl run" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl validate" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl validate" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl validate" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl validate" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl validate" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl validate" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl validate" -ge 1' -fa '(set -l exts \'yaml\' \'yml\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl validate" offline' -l 'offline' -d 'Don\'t ask whether the credentials exist, and are for the workflow.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl validate" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl validate" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl graph" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl graph" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl graph" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl graph" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl graph" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl graph" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl graph" -eq 1' -fa '(set -l exts \'yaml\' \'yml\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl graph" format' -l 'format' -d 'ascii, mermaid or dot.' -rfka 'mermaid dot ascii'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl graph" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl graph" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl new" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl new" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl new" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl new" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl new" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl new" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl new" -ge 1' -fka '(__flowctl_custom_completion ---completion new -- positional@0 (count (__flowctl_tokens -pc)) (__flowctl_tokens -tC))'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl new" list' -l 'list' -d 'List the templates.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl new" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl new" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl runs" -eq 1' -fa 'list' -d 'List runs, the latest first.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl runs" -eq 1' -fa 'show' -d 'Show a run\'s steps, error and outputs, or one step with its attempts.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl runs" -eq 1' -fa 'logs' -d 'Show what a run\'s steps said, with every HTTP try.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl runs" -eq 1' -fa 'resume' -d 'Take up a run that failed or was stopped; finished steps don\'t run again.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl runs" -eq 1' -fa 'delete' -d 'Delete one run with its values and files.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl runs" -eq 1' -fa 'prune' -d 'Delete old runs with their values and files.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl runs" -eq 1' -fa 'export' -d 'Write all that is known of a run into a folder or file, without its secrets.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl runs" -eq 1' -fa 'import' -d 'Read a run that "flowctl runs export" wrote into the history.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs list" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs list" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs list" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs list" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs list" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs list" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs list" workflow' -l 'workflow' -d 'Only runs of this workflow.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs list" status' -l 'status' -d 'Only runs that stand so: queued, running, succeeded, failed, skipped, cancelled, timed_out, uncertain, interrupted.' -rfka 'queued running succeeded failed skipped cancelled timed_out uncertain interrupted'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs list"' -l 'label' -d 'Only runs with this label; several may be given, of which a run has all.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs list" limit' -l 'limit' -d 'At most this many.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs list" calls' -l 'calls' -d 'Show the workflows that the steps of each run called, too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs list" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs list" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs show" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs show" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs show" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs show" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs show" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs show" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl runs show" -eq 1' -fka '(__flowctl_custom_completion ---completion runs show -- positional@0 (count (__flowctl_tokens -pc)) (__flowctl_tokens -tC))'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs show" step' -l 'step' -d 'Show this step, or an item of it, with its attempts and output.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs show" curl' -l 'curl' -d 'Print the step\'s requests that failed as commands of curl, with secrets as variables.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs show" why' -l 'why' -d 'Show why the step ran, was skipped or failed: its if or assert, part by part.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs show" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs show" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs logs" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs logs" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs logs" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs logs" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs logs" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs logs" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl runs logs" -eq 1' -fka '(__flowctl_custom_completion ---completion runs logs -- positional@0 (count (__flowctl_tokens -pc)) (__flowctl_tokens -tC))'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs logs" step' -l 'step' -d 'Only lines of this step and of those inside it.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs logs" f follow' -s 'f' -l 'follow' -d 'Wait for more until the run has ended.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs logs" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs logs" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs resume" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs resume" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs resume" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs resume" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs resume" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs resume" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl runs resume" -eq 1' -fka '(__flowctl_custom_completion ---completion runs resume -- positional@0 (count (__flowctl_tokens -pc)) (__flowctl_tokens -tC))'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs resume" all-interrupted' -l 'all-interrupted' -d 'Take up every run whose process died.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs resume"' -l 'retry-uncertain' -d 'Run this uncertain step again.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs resume"' -l 'mark-done' -d 'Take this uncertain step as done.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs resume" step-output' -l 'step-output' -d 'A JSON file with the output of the step that is marked done.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs resume"' -l 'from' -d 'Run this step again, and all that comes after it; one item as step[key].' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs resume" failed-items' -l 'failed-items' -d 'Run the items again that failed, and the steps that read their loop.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs resume" file' -l 'file' -d 'Go on with this version of the file and of those it calls; shows first what becomes of each step.' -rfa '(set -l exts \'yaml\' \'yml\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs resume"' -l 'rerun' -d 'With --file: run this changed step again although it has finished, and those that read it.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs resume"' -l 'keep' -d 'With --file: keep what this changed step gave.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs resume" dry-run' -l 'dry-run' -d 'Show what would run again and what would be reused; nothing is done.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs resume" y yes' -s 'y' -l 'yes' -d 'Don\'t ask.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs resume"' -l 'env-file' -d 'A file of NAME=value lines, for the variables that env: takes with from; may be repeated.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs resume" trace' -l 'trace' -d 'Write every HTTP exchange to this file, with secrets masked; - is standard error.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs resume" log-format' -l 'log-format' -d 'How progress is written to standard error: text, or json for a line of JSON an event.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs resume" metrics-file' -l 'metrics-file' -d 'Write metrics of the run there when it has ended, in Prometheus\'s text format.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs resume" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs resume" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs delete" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs delete" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs delete" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs delete" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs delete" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs delete" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl runs delete" -eq 1' -fka '(__flowctl_custom_completion ---completion runs delete -- positional@0 (count (__flowctl_tokens -pc)) (__flowctl_tokens -tC))'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs delete" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs delete" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs prune" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs prune" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs prune" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs prune" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs prune" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs prune" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs prune" older-than' -l 'older-than' -d 'Only runs that ended longer ago, such as 30d or 12h.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs prune" keep' -l 'keep' -d 'Keep the latest this many of each workflow.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs prune" workflow' -l 'workflow' -d 'Only runs of this workflow.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs prune"' -l 'status' -d 'Only runs that stand so; may be given several times.' -rfka 'queued running succeeded failed skipped cancelled timed_out uncertain interrupted'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs prune" unfinished' -l 'unfinished' -d 'Also runs that could still be resumed.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs prune" dry-run' -l 'dry-run' -d 'Show what would be deleted, and delete nothing.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs prune" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs prune" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs export" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs export" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs export" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs export" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs export" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs export" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl runs export" -eq 1' -fka '(__flowctl_custom_completion ---completion runs export -- positional@0 (count (__flowctl_tokens -pc)) (__flowctl_tokens -tC))'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs export" to' -l 'to' -d 'Where to write, - for standard output; run-ID in the working directory if left out.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs export" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs export" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs import" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs import" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs import" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs import" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs import" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs import" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl runs import" -eq 1' -F
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs import" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl runs import" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl resume" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl resume" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl resume" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl resume" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl resume" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl resume" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl resume" -eq 1' -fka '(__flowctl_custom_completion ---completion resume -- positional@0 (count (__flowctl_tokens -pc)) (__flowctl_tokens -tC))'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl resume" all-interrupted' -l 'all-interrupted' -d 'Take up every run whose process died.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl resume"' -l 'retry-uncertain' -d 'Run this uncertain step again.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl resume"' -l 'mark-done' -d 'Take this uncertain step as done.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl resume" step-output' -l 'step-output' -d 'A JSON file with the output of the step that is marked done.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl resume"' -l 'from' -d 'Run this step again, and all that comes after it; one item as step[key].' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl resume" failed-items' -l 'failed-items' -d 'Run the items again that failed, and the steps that read their loop.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl resume" file' -l 'file' -d 'Go on with this version of the file and of those it calls; shows first what becomes of each step.' -rfa '(set -l exts \'yaml\' \'yml\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl resume"' -l 'rerun' -d 'With --file: run this changed step again although it has finished, and those that read it.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl resume"' -l 'keep' -d 'With --file: keep what this changed step gave.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl resume" dry-run' -l 'dry-run' -d 'Show what would run again and what would be reused; nothing is done.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl resume" y yes' -s 'y' -l 'yes' -d 'Don\'t ask.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl resume"' -l 'env-file' -d 'A file of NAME=value lines, for the variables that env: takes with from; may be repeated.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl resume" trace' -l 'trace' -d 'Write every HTTP exchange to this file, with secrets masked; - is standard error.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl resume" log-format' -l 'log-format' -d 'How progress is written to standard error: text, or json for a line of JSON an event.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl resume" metrics-file' -l 'metrics-file' -d 'Write metrics of the run there when it has ended, in Prometheus\'s text format.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl resume" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl resume" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl mock" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl mock" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl mock" -eq 1' -fa 'serve' -d 'Answer for apps on a port of 127.0.0.1, until Ctrl-C.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl mock serve" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl mock serve" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl mock serve" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl mock serve" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl mock serve" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl mock serve" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl mock serve" -ge 1' -fka '(__flowctl_custom_completion ---completion mock serve -- positional@0 (count (__flowctl_tokens -pc)) (__flowctl_tokens -tC))'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl mock serve" port' -l 'port' -d 'The port; without it a free one.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl mock serve"' -l 'fault' -d 'How often it fails: a status, "reset" (the connection breaks before anything is done) or "lost" (only the answer is lost), and a share, such as 429:5%.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl mock serve" latency' -l 'latency' -d 'How long each answer takes, such as 100ms.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl mock serve" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl mock serve" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl limits" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl limits" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl limits" -eq 1' -fa 'list' -d 'List what is used of rate limits, and the services that fail.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl limits" -eq 1' -fa 'reset' -d 'Forget what is used of limits, and let requests through to services that fail.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl limits list" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl limits list" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl limits list" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl limits list" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl limits list" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl limits list" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl limits list" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl limits list" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl limits reset" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl limits reset" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl limits reset" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl limits reset" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl limits reset" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl limits reset" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl limits reset" all' -l 'all' -d 'Those of all services.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl limits reset" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl limits reset" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl cache" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl cache" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl cache" -eq 1' -fa 'status' -d 'Say where answers are stored, how many, and how large they are.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl cache" -eq 1' -fa 'clear' -d 'Forget all stored answers; the next requests get whole ones.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl cache status" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl cache status" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl cache status" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl cache status" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl cache status" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl cache status" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl cache status" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl cache status" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl cache clear" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl cache clear" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl cache clear" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl cache clear" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl cache clear" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl cache clear" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl cache clear" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl cache clear" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl nodes" -eq 1' -fa 'list' -d 'List nodes.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl nodes" -eq 1' -fa 'show' -d 'Show a node\'s parameters, output and an example.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl nodes" -eq 1' -fa 'search' -d 'Find nodes by what they do.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl nodes" -eq 1' -fa 'run' -d 'Run one node without a workflow, and print its output.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes list" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes list" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes list" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes list" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes list" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes list" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl nodes list" -eq 1' -fka '(__flowctl_custom_completion ---completion nodes list -- positional@0 (count (__flowctl_tokens -pc)) (__flowctl_tokens -tC))'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes list" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes list" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes show" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes show" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes show" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes show" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes show" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes show" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl nodes show" -eq 1' -fka '(__flowctl_custom_completion ---completion nodes show -- positional@0 (count (__flowctl_tokens -pc)) (__flowctl_tokens -tC))'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes show" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes show" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes search" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes search" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes search" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes search" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes search" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes search" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes search" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes search" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes run" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes run" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes run" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes run" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes run" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes run" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl nodes run" -eq 1' -fka '(__flowctl_custom_completion ---completion nodes run -- positional@0 (count (__flowctl_tokens -pc)) (__flowctl_tokens -tC))'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes run" inputs' -l 'inputs' -d 'A JSON file with arguments; - is standard input.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes run" credential' -l 'credential' -d 'The credential; else the one named like the node\'s connector.' -rfka '(__flowctl_custom_completion ---completion nodes run -- --credential (count (__flowctl_tokens -pc)) (__flowctl_tokens -tC))'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes run"' -l 'base-url' -d 'Send requests there instead, for tests and gateways; name= is for one app, and may be given for several.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes run" timeout' -l 'timeout' -d 'Give up a try after this, such as 30s; pauses between tries don\'t count.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes run" retry' -l 'retry' -d 'How often to repeat what may be repeated.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes run" dry-run' -l 'dry-run' -d 'Show what would be done or sent, with secrets masked, and do nothing.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes run" trace' -l 'trace' -d 'Write every HTTP exchange to this file, with secrets masked; - is standard error.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes run" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl nodes run" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl connectors" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl connectors" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl connectors" -eq 1' -fa 'list' -d 'List connectors and where each comes from.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl connectors" -eq 1' -fa 'lint' -d 'Check connector files.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl connectors" -eq 1' -fa 'eject' -d 'Write a connector that is part of flowctl to a file that takes its place.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl connectors list" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl connectors list" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl connectors list" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl connectors list" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl connectors list" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl connectors list" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl connectors list" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl connectors list" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl connectors lint" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl connectors lint" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl connectors lint" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl connectors lint" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl connectors lint" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl connectors lint" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl connectors lint" -ge 1' -fa '(set -l exts \'yaml\' \'yml\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl connectors lint" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl connectors lint" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl connectors eject" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl connectors eject" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl connectors eject" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl connectors eject" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl connectors eject" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl connectors eject" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl connectors eject" -eq 1' -fka '(__flowctl_custom_completion ---completion connectors eject -- positional@0 (count (__flowctl_tokens -pc)) (__flowctl_tokens -tC))'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl connectors eject" to' -l 'to' -d 'The folder it goes to.' -rfa '(__flowctl_complete_directories)'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl connectors eject" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl connectors eject" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl credentials" -eq 1' -fa 'login' -d 'Log in to a service and keep the access it gives.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl credentials" -eq 1' -fa 'logout' -d 'Give a login back to its provider and delete it.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl credentials" -eq 1' -fa 'add' -d 'Put a credential into the vault.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl credentials" -eq 1' -fa 'types' -d 'List the types of credentials and their fields.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl credentials" -eq 1' -fa 'list' -d 'List credentials; never their secrets.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl credentials" -eq 1' -fa 'show' -d 'Show a credential with its secrets masked.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl credentials" -eq 1' -fa 'edit' -d 'Change the fields of a credential.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl credentials" -eq 1' -fa 'test' -d 'Ask the service whether a credential works, whose it is and what it may do.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl credentials" -eq 1' -fa 'doctor' -d 'Test all credentials, and say which of them end soon.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl credentials" -eq 1' -fa 'usage' -d 'Show which workflows of this folder use which credentials.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl credentials" -eq 1' -fa 'allow' -d 'Say where a credential may be sent, and which workflows may use it.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl credentials" -eq 1' -fa 'deny' -d 'Take back what "credentials allow" gave.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl credentials" -eq 1' -fa 'rename' -d 'Give a credential another name.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl credentials" -eq 1' -fa 'export' -d 'Seal credentials for somebody else.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl credentials" -eq 1' -fa 'import' -d 'Put credentials of somebody else into the vault.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl credentials" -eq 1' -fa 'delete' -d 'Take a credential out of the vault.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl credentials login" -eq 1' -fka '(__flowctl_custom_completion ---completion credentials login -- positional@0 (count (__flowctl_tokens -pc)) (__flowctl_tokens -tC))'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login"' -l 'scopes' -d 'Separated by commas; may be repeated. The provider\'s own names or short ones.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login"' -l 'host' -d 'A host the tokens may go to besides those of the provider; may be repeated.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login" client-id' -l 'client-id' -d 'The id of the registered app.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login" client-secret-file' -l 'client-secret-file' -d 'Take the app\'s secret from a file; - is standard input.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login" client-key' -l 'client-key' -d 'The app\'s private key, as PEM, where the provider knows its public key instead of a secret.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login" client-key-id' -l 'client-key-id' -d 'What the provider calls that key.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login"' -l 'set' -d 'A part of the provider\'s addresses, such as tenant=contoso.com; may be repeated.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login" device' -l 'device' -d 'Type a code on another device instead of opening a browser here.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login" paste' -l 'paste' -d 'Paste the address the browser ends on, where it runs on another machine.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login" client-credentials' -l 'client-credentials' -d 'Log in as the app itself, without a user.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login" service-account' -l 'service-account' -d 'Log in as a service account, by the JSON file of its key.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login" subject' -l 'subject' -d 'The user the service account acts for.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login" audience' -l 'audience' -d 'What a machine\'s token is for, where the provider asks.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login" port' -l 'port' -d 'The port the browser comes back to.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login" redirect-uri' -l 'redirect-uri' -d 'The whole address the browser comes back to, as it is registered.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login" no-browser' -l 'no-browser' -d 'Print the page\'s address instead of opening it.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login" timeout' -l 'timeout' -d 'How long to wait for the browser.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login" issuer' -l 'issuer' -d 'Its address, where it tells about itself (OpenID Connect).' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login" authorize-url' -l 'authorize-url' -d 'Where users allow an app.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login" token-url' -l 'token-url' -d 'Where tokens are given out.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login" device-url' -l 'device-url' -d 'Where devices get their codes.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login" revoke-url' -l 'revoke-url' -d 'Where tokens are given back.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login" client-authentication' -l 'client-authentication' -d 'How the app shows who it is: none, post, basic or private_key_jwt.' -rfka 'none post basic private_key_jwt'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials login" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials logout" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials logout" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials logout" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials logout" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials logout" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials logout" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl credentials logout" -eq 1' -fka '(__flowctl_custom_completion ---completion credentials logout -- positional@0 (count (__flowctl_tokens -pc)) (__flowctl_tokens -tC))'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials logout" y yes' -s 'y' -l 'yes' -d 'Don\'t ask.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials logout" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials logout" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials add" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials add" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials add" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials add" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials add" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials add" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials add" type' -l 'type' -d 'What kind it is; else the first of the connector named like it, or the type of that name.' -rfka '(__flowctl_custom_completion ---completion credentials add -- --type (count (__flowctl_tokens -pc)) (__flowctl_tokens -tC))'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials add" from' -l 'from' -d 'Take the fields from a file; - is standard input.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials add"' -l 'host' -d 'The only host its secrets may go to; may be repeated. Else those of the connector.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials add" expires' -l 'expires' -d 'When it ends, for "credentials doctor".' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials add"' -l 'plain' -d 'A field of the type custom that is no secret; may be repeated.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials add" unchecked' -l 'unchecked' -d 'Take the fields as they are, without asking whether they look right.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials add" replace' -l 'replace' -d 'Replace the credential of this name.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials add" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials add" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials types" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials types" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials types" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials types" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials types" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials types" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl credentials types" -eq 1' -fka '(__flowctl_custom_completion ---completion credentials types -- positional@0 (count (__flowctl_tokens -pc)) (__flowctl_tokens -tC))'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials types" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials types" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials list" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials list" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials list" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials list" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials list" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials list" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials list" type' -l 'type' -d 'Only those of this type.' -rfka '(__flowctl_custom_completion ---completion credentials list -- --type (count (__flowctl_tokens -pc)) (__flowctl_tokens -tC))'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials list" service' -l 'service' -d 'Only those of this connector.' -rfka '(__flowctl_custom_completion ---completion credentials list -- --service (count (__flowctl_tokens -pc)) (__flowctl_tokens -tC))'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials list" invalid' -l 'invalid' -d 'Only those that don\'t work any more: refused by the service, or at their end.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials list" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials list" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials show" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials show" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials show" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials show" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials show" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials show" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl credentials show" -eq 1' -fka '(__flowctl_custom_completion ---completion credentials show -- positional@0 (count (__flowctl_tokens -pc)) (__flowctl_tokens -tC))'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials show" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials show" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials edit" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials edit" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials edit" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials edit" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials edit" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials edit" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl credentials edit" -eq 1' -fka '(__flowctl_custom_completion ---completion credentials edit -- positional@0 (count (__flowctl_tokens -pc)) (__flowctl_tokens -tC))'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials edit"' -l 'set' -d 'Ask for this field only; may be repeated.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials edit"' -l 'unset' -d 'Take this field away; may be repeated.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials edit" from' -l 'from' -d 'Take the fields that change from a file; - is standard input.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials edit" expires' -l 'expires' -d 'When it ends, for "credentials doctor".' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials edit" unchecked' -l 'unchecked' -d 'Take the fields as they are, without asking whether they look right.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials edit" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials edit" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials test" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials test" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials test" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials test" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials test" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials test" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl credentials test" -eq 1' -fka '(__flowctl_custom_completion ---completion credentials test -- positional@0 (count (__flowctl_tokens -pc)) (__flowctl_tokens -tC))'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials test" all' -l 'all' -d 'Test all there are.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials test"' -l 'base-url' -d 'Send requests there instead, for tests and gateways; name= is for one app, and may be given for several.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials test" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials test" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials doctor" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials doctor" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials doctor" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials doctor" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials doctor" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials doctor" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials doctor" within' -l 'within' -d 'How far to look ahead.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials doctor" offline' -l 'offline' -d 'Ask no service; look only at what is known of when credentials end.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials doctor"' -l 'base-url' -d 'Send requests there instead, for tests and gateways; name= is for one app, and may be given for several.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials doctor" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials doctor" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials usage" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials usage" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials usage" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials usage" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials usage" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials usage" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl credentials usage" -eq 1' -fka '(__flowctl_custom_completion ---completion credentials usage -- positional@0 (count (__flowctl_tokens -pc)) (__flowctl_tokens -tC))'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials usage" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials usage" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials allow" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials allow" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials allow" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials allow" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials allow" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials allow" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl credentials allow" -eq 1' -fka '(__flowctl_custom_completion ---completion credentials allow -- positional@0 (count (__flowctl_tokens -pc)) (__flowctl_tokens -tC))'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials allow"' -l 'host' -d 'A host it may be sent to; may be repeated.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials allow"' -l 'workflow' -d 'A workflow file that may use it; may be repeated.' -rfa '(set -l exts \'yaml\' \'yml\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials allow"' -l 'project' -d 'A folder whose workflows may use it; may be repeated.' -rfa '(__flowctl_complete_directories)'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials allow" any-workflow' -l 'any-workflow' -d 'Let any workflow use it again.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials allow" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials allow" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials deny" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials deny" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials deny" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials deny" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials deny" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials deny" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl credentials deny" -eq 1' -fka '(__flowctl_custom_completion ---completion credentials deny -- positional@0 (count (__flowctl_tokens -pc)) (__flowctl_tokens -tC))'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials deny"' -l 'host' -d 'A host it may be sent to; may be repeated.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials deny"' -l 'workflow' -d 'A workflow file that may use it; may be repeated.' -rfa '(set -l exts \'yaml\' \'yml\';for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.{$exts};printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials deny"' -l 'project' -d 'A folder whose workflows may use it; may be repeated.' -rfa '(__flowctl_complete_directories)'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials deny" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials deny" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials rename" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials rename" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials rename" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials rename" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials rename" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials rename" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl credentials rename" -eq 1' -fka '(__flowctl_custom_completion ---completion credentials rename -- positional@0 (count (__flowctl_tokens -pc)) (__flowctl_tokens -tC))'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials rename" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials rename" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials export" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials export" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials export" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials export" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials export" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials export" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl credentials export" -ge 1' -fka '(__flowctl_custom_completion ---completion credentials export -- positional@0 (count (__flowctl_tokens -pc)) (__flowctl_tokens -tC))'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials export"' -l 'to' -d 'A public key: age1…, "ssh-ed25519 …" or "ssh-rsa …"; may be repeated.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials export"' -l 'to-file' -d 'A file with a public key on each line; may be repeated.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials export" o out' -s 'o' -l 'out' -d 'Where to write it; standard output if left out, or -.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials export" with-tokens' -l 'with-tokens' -d 'Take the tokens of logins along.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials export" plaintext' -l 'plaintext' -d 'Write them in clear; asks first.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials export" force' -l 'force' -d 'Replace a file that is there.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials export" y yes' -s 'y' -l 'yes' -d 'Don\'t ask.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials export" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials export" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials import" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials import" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials import" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials import" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials import" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials import" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl credentials import" -eq 1' -F
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials import"' -l 'identity' -d 'A file with a private key of age or ssh; may be repeated.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials import" replace' -l 'replace' -d 'Replace credentials of the same name.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials import"' -l 'rename' -d 'Store one under another name; may be repeated.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials import" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials import" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials delete" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials delete" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials delete" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials delete" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials delete" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials delete" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl credentials delete" -eq 1' -fka '(__flowctl_custom_completion ---completion credentials delete -- positional@0 (count (__flowctl_tokens -pc)) (__flowctl_tokens -tC))'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials delete" y yes' -s 'y' -l 'yes' -d 'Don\'t ask.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials delete" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl credentials delete" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl vault" -eq 1' -fa 'init' -d 'Make an encrypted vault for credentials.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl vault" -eq 1' -fa 'status' -d 'Show where the vault is, what opens it, and whether that works here.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl vault" -eq 1' -fa 'unlock' -d 'Open the vault for a time, in other terminals and in cron jobs too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl vault" -eq 1' -fa 'lock' -d 'End what "vault unlock" began.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl vault" -eq 1' -fa 'slots' -d 'Say what opens the vault.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl vault" -eq 1' -fa 'rekey' -d 'Give the vault a new data key and seal all of it anew.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl vault" -eq 1' -fa 'backup' -d 'Write a copy of the vault, encrypted as it is.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl vault" -eq 1' -fa 'restore' -d 'Put a copy in place of the vault.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl vault" -eq 1' -fa 'verify' -d 'Read all of the vault and say what was damaged or changed from outside.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault init" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault init" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault init" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault init" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault init" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault init" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault init" passphrase' -l 'passphrase' -d 'Ask for a passphrase that opens the vault.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault init" key-file' -l 'key-file' -d 'Make the key file there; set FLOWCTL_VAULT_KEY_FILE to it afterwards.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault init" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault init" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault status" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault status" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault status" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault status" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault status" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault status" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault status" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault status" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault unlock" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault unlock" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault unlock" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault unlock" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault unlock" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault unlock" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault unlock" for' -l 'for' -d 'How long, such as 30m, 8h or 2d.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault unlock" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault unlock" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault lock" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault lock" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault lock" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault lock" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault lock" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault lock" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault lock" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault lock" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl vault slots" -eq 1' -fa 'list' -d 'List what opens the vault.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl vault slots" -eq 1' -fa 'add' -d 'Add a further way to open the vault.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl vault slots" -eq 1' -fa 'remove' -d 'Take away a way to open the vault.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots list" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots list" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots list" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots list" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots list" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots list" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots list" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots list" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots add" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots add" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots add" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots add" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots add" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots add" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots add" passphrase' -l 'passphrase' -d 'Ask for a passphrase that opens the vault.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots add" key-file' -l 'key-file' -d 'A key file that opens it; made where it is missing.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots add" env-key' -l 'env-key' -d 'Take the key in FLOWCTL_VAULT_KEY.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots add" keyring' -l 'keyring' -d 'Make a key and keep it in the system keyring.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots add" label' -l 'label' -d 'What to call it; else the kind, or the key file\'s path.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots add" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots add" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots remove" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots remove" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots remove" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots remove" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots remove" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots remove" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots remove" y yes' -s 'y' -l 'yes' -d 'Don\'t ask.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots remove" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault slots remove" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault rekey" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault rekey" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault rekey" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault rekey" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault rekey" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault rekey" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault rekey"' -l 'drop-slot' -d 'A slot that is not to open the vault any more, by its id or label; may be repeated.' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault rekey"' -l 'key-file' -d 'Where a key file of the vault is now; may be repeated.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault rekey" y yes' -s 'y' -l 'yes' -d 'Don\'t ask before a slot is dropped.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault rekey" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault rekey" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault backup" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault backup" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault backup" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault backup" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault backup" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault backup" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl vault backup" -eq 1' -F
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault backup" force' -l 'force' -d 'Replace a file that is there.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault backup" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault backup" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault restore" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault restore" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault restore" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault restore" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault restore" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault restore" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl vault restore" -eq 1' -F
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault restore" force' -l 'force' -d 'Replace a vault that the copy is not one of.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault restore" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault restore" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault verify" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault verify" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault verify" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault verify" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault verify" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault verify" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault verify" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl vault verify" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl expr" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl expr" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl expr" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl expr" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl expr" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl expr" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl expr" data' -l 'data' -d 'A JSON file with the variables; - is standard input.' -rfa '(for p in (string match -e -- \'*/\' (commandline -t);or printf \n)*.\'json\';printf %s\n $p;end;__fish_complete_directories (commandline -t) \'\')'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl expr" run' -l 'run' -d 'See what this run recorded: an id, enough of it, or latest.' -rfka '(__flowctl_custom_completion ---completion expr -- --run (count (__flowctl_tokens -pc)) (__flowctl_tokens -tC))'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl expr" step' -l 'step' -d 'See what this step of the run saw, or one of its items: id[0].' -rfka ''
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl expr" explain' -l 'explain' -d 'Show each part of the expression with its value.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl expr" functions' -l 'functions' -d 'List the functions and macros, or describe one.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl expr" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl expr" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl schema" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl schema" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl schema" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl schema" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl schema" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl schema" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl schema" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl schema" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl doctor" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl doctor" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl doctor" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl doctor" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl doctor" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl doctor" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl doctor" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl doctor" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl completion" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl completion" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl completion" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl completion" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl completion" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl completion" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_positional "flowctl completion" -eq 1' -fka 'bash zsh fish'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl completion" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl completion" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl version" output' -l 'output' -d 'How results are written: text or json.' -rfka 'text json'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl version" q quiet' -s 'q' -l 'quiet' -d 'Show results and errors only.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl version" v verbose' -s 'v' -l 'verbose' -d 'Show causes, waits and requests too.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl version" no-color' -l 'no-color' -d 'Use no colours; the variable NO_COLOR does the same.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl version" state-db' -l 'state-db' -d 'The database of runs.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl version" vault' -l 'vault' -d 'The vault.' -rF
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl version" version' -l 'version' -d 'Show the version.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl version" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'flowctl' -n '__flowctl_should_offer_completions_for_flags_or_options "flowctl help" version' -l 'version' -d 'Show the version.'
