#!/bin/bash

__flowctl_cursor_index_in_current_word() {
    local remaining="${COMP_LINE}"

    local word
    for word in "${COMP_WORDS[@]::COMP_CWORD}"; do
        remaining="${remaining##*([[:space:]])"${word}"*([[:space:]])}"
    done

    local -ir index="$((COMP_POINT - ${#COMP_LINE} + ${#remaining}))"
    if [[ "${index}" -le 0 ]]; then
        printf 0
    else
        printf %s "${index}"
    fi
}

# positional arguments:
#
# - 1: the current (sub)command's count of positional arguments
#
# required variables:
#
# - repeating_flags: the repeating flags that the current (sub)command can accept
# - non_repeating_flags: the non-repeating flags that the current (sub)command can accept
# - repeating_options: the repeating options that the current (sub)command can accept
# - non_repeating_options: the non-repeating options that the current (sub)command can accept
# - positional_number: value ignored
# - unparsed_words: unparsed words from the current command line
#
# modified variables:
#
# - non_repeating_flags: remove flags for this (sub)command that are already on the command line
# - non_repeating_options: remove options for this (sub)command that are already on the command line
# - positional_number: set to the current positional number
# - unparsed_words: remove all flags, options, and option values for this (sub)command
__flowctl_offer_flags_options() {
    local -ir positional_count="${1}"
    positional_number=0

    local was_flag_option_terminator_seen=false
    local is_parsing_option_value=false

    local -ar unparsed_word_indices=("${!unparsed_words[@]}")
    local -i word_index
    for word_index in "${unparsed_word_indices[@]}"; do
        if "${is_parsing_option_value}"; then
            # This word is an option value:
            # Reset marker for next word iff not currently the last word
            [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]] && is_parsing_option_value=false
            unset "unparsed_words[${word_index}]"
            # Do not process this word as a flag or an option
            continue
        fi

        local word="${unparsed_words["${word_index}"]}"
        if ! "${was_flag_option_terminator_seen}"; then
            case "${word}" in
            --)
                unset "unparsed_words[${word_index}]"
                # by itself -- is a flag/option terminator, but if it is the last word, it is the start of a completion
                if [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]]; then
                    was_flag_option_terminator_seen=true
                fi
                continue
                ;;
            -*)
                # ${word} is a flag or an option
                # If ${word} is an option, mark that the next word to be parsed is an option value
                local option
                for option in "${repeating_options[@]}" "${non_repeating_options[@]}"; do
                    [[ "${word}" = "${option}" ]] && is_parsing_option_value=true && break
                done

                # Remove ${word} from ${non_repeating_flags} or ${non_repeating_options} so it isn't offered again
                local not_found=true
                local -i index
                for index in "${!non_repeating_flags[@]}"; do
                    if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                        unset "non_repeating_flags[${index}]"
                        non_repeating_flags=("${non_repeating_flags[@]}")
                        not_found=false
                        break
                    fi
                done
                if "${not_found}"; then
                    for index in "${!non_repeating_flags[@]}"; do
                        if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                            unset "non_repeating_flags[${index}]"
                            non_repeating_flags=("${non_repeating_flags[@]}")
                            break
                        fi
                    done
                fi
                unset "unparsed_words[${word_index}]"
                continue
                ;;
            esac
        fi

        # ${word} is neither a flag, nor an option, nor an option value
        if [[ "${positional_number}" -lt "${positional_count}" || "${positional_count}" -lt 0 ]]; then
            # ${word} is a positional
            ((positional_number++))
            unset "unparsed_words[${word_index}]"
        else
            if [[ -z "${word}" ]]; then
                # Could be completing a flag, option, or subcommand
                positional_number=-1
            else
                # ${word} is a subcommand or invalid, so stop processing this (sub)command
                positional_number=-2
            fi
            break
        fi
    done

    unparsed_words=("${unparsed_words[@]}")

    if\
        ! "${was_flag_option_terminator_seen}"\
        && ! "${is_parsing_option_value}"\
        && [[ ("${cur}" = -* && "${positional_number}" -ge 0) || "${positional_number}" -eq -1 ]]
    then
        COMPREPLY+=($(compgen -W "${repeating_flags[*]} ${non_repeating_flags[*]} ${repeating_options[*]} ${non_repeating_options[*]}" -- "${cur}"))
    fi
}

__flowctl_add_completions() {
    local completion
    while IFS='' read -r completion; do
        COMPREPLY+=("${completion}")
    done < <(IFS=$'\n' compgen "${@}" -- "${cur}")
}

__flowctl_custom_complete() {
    if [[ -n "${cur}" || -z ${COMP_WORDS[${COMP_CWORD}]} || "${COMP_LINE:${COMP_POINT}:1}" != ' ' ]]; then
        local -ar words=("${COMP_WORDS[@]}")
    else
        local -ar words=("${COMP_WORDS[@]::${COMP_CWORD}}" '' "${COMP_WORDS[@]:${COMP_CWORD}}")
    fi

    "${COMP_WORDS[0]}" "${@}" "${words[@]}"
}

_flowctl() {
    local state
    state="$(shopt -p;shopt -po)"
    trap "${state//$'\n'/;}" RETURN
    shopt -s extglob
    set +o history +o posix

    local -xr SAP_SHELL=bash
    local -x SAP_SHELL_VERSION
    SAP_SHELL_VERSION="$(IFS='.';printf %s "${BASH_VERSINFO[*]}")"
    local -r SAP_SHELL_VERSION

    local -r cur="${2}"
    local -r prev="${3}"

    local -i positional_number
    local -a unparsed_words=("${COMP_WORDS[@]:1:${COMP_CWORD}}")

    local -a repeating_flags=()
    local -a non_repeating_flags=(-q --quiet -v --verbose --no-color --version -h --help)
    local -a repeating_options=()
    local -a non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    run|validate|graph|new|runs|resume|mock|limits|cache|nodes|connectors|credentials|vault|expr|schema|doctor|completion|version|help)
        # Offer subcommand argument completions
        "_flowctl_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'run validate graph new runs resume mock limits cache nodes connectors credentials vault expr schema doctor completion version help' -- "${cur}"))
        ;;
    esac
}

_flowctl_run() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --mock --dry-run --version -h --help)
    repeating_options=(-i --input --label --env-file --base-url)
    non_repeating_options=(--output --state-db --vault --inputs --event --trace --log-format --metrics-file)
    __flowctl_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    '-i'|'--input')
        return
        ;;
    '--inputs')
        __flowctl_add_completions -f
        return
        ;;
    '--event')
        __flowctl_add_completions -f
        return
        ;;
    '--label')
        return
        ;;
    '--env-file')
        __flowctl_add_completions -f
        return
        ;;
    '--base-url')
        return
        ;;
    '--trace')
        __flowctl_add_completions -f
        return
        ;;
    '--log-format')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--metrics-file')
        __flowctl_add_completions -f
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __flowctl_add_completions -o plusdirs -fX '!*.@(yaml|yml)'
        return
        ;;
    esac
}

_flowctl_validate() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --offline --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __flowctl_add_completions -o plusdirs -fX '!*.@(yaml|yml)'
        return
        ;;
    esac
}

_flowctl_graph() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault --format)
    __flowctl_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    '--format')
        __flowctl_add_completions -W 'mermaid'$'\n''dot'$'\n''ascii'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __flowctl_add_completions -o plusdirs -fX '!*.@(yaml|yml)'
        return
        ;;
    esac
}

_flowctl_new() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --list --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __flowctl_add_completions -W "$(__flowctl_custom_complete ---completion new -- positional@0 "${COMP_CWORD}" "$(__flowctl_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_flowctl_runs() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __flowctl_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    list|show|logs|resume|delete|prune|export|import)
        # Offer subcommand argument completions
        "_flowctl_runs_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'list show logs resume delete prune export import' -- "${cur}"))
        ;;
    esac
}

_flowctl_runs_list() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --calls --version -h --help)
    repeating_options=(--label)
    non_repeating_options=(--output --state-db --vault --workflow --status --limit)
    __flowctl_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    '--workflow')
        return
        ;;
    '--status')
        __flowctl_add_completions -W 'queued'$'\n''running'$'\n''succeeded'$'\n''failed'$'\n''skipped'$'\n''cancelled'$'\n''timed_out'$'\n''uncertain'$'\n''interrupted'
        return
        ;;
    '--label')
        return
        ;;
    '--limit')
        return
        ;;
    esac
}

_flowctl_runs_show() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --curl --why --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault --step)
    __flowctl_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    '--step')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __flowctl_add_completions -W "$(__flowctl_custom_complete ---completion runs show -- positional@0 "${COMP_CWORD}" "$(__flowctl_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_flowctl_runs_logs() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color -f --follow --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault --step)
    __flowctl_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    '--step')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __flowctl_add_completions -W "$(__flowctl_custom_complete ---completion runs logs -- positional@0 "${COMP_CWORD}" "$(__flowctl_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_flowctl_runs_resume() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --all-interrupted --failed-items --dry-run -y --yes --version -h --help)
    repeating_options=(--retry-uncertain --mark-done --from --rerun --keep --env-file)
    non_repeating_options=(--output --state-db --vault --step-output --file --trace --log-format --metrics-file)
    __flowctl_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    '--retry-uncertain')
        return
        ;;
    '--mark-done')
        return
        ;;
    '--step-output')
        __flowctl_add_completions -f
        return
        ;;
    '--from')
        return
        ;;
    '--file')
        __flowctl_add_completions -o plusdirs -fX '!*.@(yaml|yml)'
        return
        ;;
    '--rerun')
        return
        ;;
    '--keep')
        return
        ;;
    '--env-file')
        __flowctl_add_completions -f
        return
        ;;
    '--trace')
        __flowctl_add_completions -f
        return
        ;;
    '--log-format')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--metrics-file')
        __flowctl_add_completions -f
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __flowctl_add_completions -W "$(__flowctl_custom_complete ---completion runs resume -- positional@0 "${COMP_CWORD}" "$(__flowctl_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_flowctl_runs_delete() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __flowctl_add_completions -W "$(__flowctl_custom_complete ---completion runs delete -- positional@0 "${COMP_CWORD}" "$(__flowctl_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_flowctl_runs_prune() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --unfinished --dry-run --version -h --help)
    repeating_options=(--status)
    non_repeating_options=(--output --state-db --vault --older-than --keep --workflow)
    __flowctl_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    '--older-than')
        return
        ;;
    '--keep')
        return
        ;;
    '--workflow')
        return
        ;;
    '--status')
        __flowctl_add_completions -W 'queued'$'\n''running'$'\n''succeeded'$'\n''failed'$'\n''skipped'$'\n''cancelled'$'\n''timed_out'$'\n''uncertain'$'\n''interrupted'
        return
        ;;
    esac
}

_flowctl_runs_export() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault --to)
    __flowctl_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    '--to')
        __flowctl_add_completions -f
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __flowctl_add_completions -W "$(__flowctl_custom_complete ---completion runs export -- positional@0 "${COMP_CWORD}" "$(__flowctl_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_flowctl_runs_import() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __flowctl_add_completions -f
        return
        ;;
    esac
}

_flowctl_resume() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --all-interrupted --failed-items --dry-run -y --yes --version -h --help)
    repeating_options=(--retry-uncertain --mark-done --from --rerun --keep --env-file)
    non_repeating_options=(--output --state-db --vault --step-output --file --trace --log-format --metrics-file)
    __flowctl_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    '--retry-uncertain')
        return
        ;;
    '--mark-done')
        return
        ;;
    '--step-output')
        __flowctl_add_completions -f
        return
        ;;
    '--from')
        return
        ;;
    '--file')
        __flowctl_add_completions -o plusdirs -fX '!*.@(yaml|yml)'
        return
        ;;
    '--rerun')
        return
        ;;
    '--keep')
        return
        ;;
    '--env-file')
        __flowctl_add_completions -f
        return
        ;;
    '--trace')
        __flowctl_add_completions -f
        return
        ;;
    '--log-format')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--metrics-file')
        __flowctl_add_completions -f
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __flowctl_add_completions -W "$(__flowctl_custom_complete ---completion resume -- positional@0 "${COMP_CWORD}" "$(__flowctl_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_flowctl_mock() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __flowctl_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    serve)
        # Offer subcommand argument completions
        "_flowctl_mock_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'serve' -- "${cur}"))
        ;;
    esac
}

_flowctl_mock_serve() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --version -h --help)
    repeating_options=(--fault)
    non_repeating_options=(--output --state-db --vault --port --latency)
    __flowctl_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    '--port')
        return
        ;;
    '--fault')
        return
        ;;
    '--latency')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __flowctl_add_completions -W "$(__flowctl_custom_complete ---completion mock serve -- positional@0 "${COMP_CWORD}" "$(__flowctl_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_flowctl_limits() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __flowctl_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    list|reset)
        # Offer subcommand argument completions
        "_flowctl_limits_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'list reset' -- "${cur}"))
        ;;
    esac
}

_flowctl_limits_list() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac
}

_flowctl_limits_reset() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --all --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac
}

_flowctl_cache() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __flowctl_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    status|clear)
        # Offer subcommand argument completions
        "_flowctl_cache_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'status clear' -- "${cur}"))
        ;;
    esac
}

_flowctl_cache_status() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac
}

_flowctl_cache_clear() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac
}

_flowctl_nodes() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __flowctl_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    list|show|search|run)
        # Offer subcommand argument completions
        "_flowctl_nodes_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'list show search run' -- "${cur}"))
        ;;
    esac
}

_flowctl_nodes_list() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __flowctl_add_completions -W "$(__flowctl_custom_complete ---completion nodes list -- positional@0 "${COMP_CWORD}" "$(__flowctl_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_flowctl_nodes_show() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __flowctl_add_completions -W "$(__flowctl_custom_complete ---completion nodes show -- positional@0 "${COMP_CWORD}" "$(__flowctl_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_flowctl_nodes_search() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac
}

_flowctl_nodes_run() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --dry-run --version -h --help)
    repeating_options=(--base-url)
    non_repeating_options=(--output --state-db --vault --inputs --credential --timeout --retry --trace)
    __flowctl_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    '--inputs')
        __flowctl_add_completions -f
        return
        ;;
    '--credential')
        __flowctl_add_completions -W "$(__flowctl_custom_complete ---completion nodes run -- --credential "${COMP_CWORD}" "$(__flowctl_cursor_index_in_current_word)")"
        return
        ;;
    '--base-url')
        return
        ;;
    '--timeout')
        return
        ;;
    '--retry')
        return
        ;;
    '--trace')
        __flowctl_add_completions -f
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __flowctl_add_completions -W "$(__flowctl_custom_complete ---completion nodes run -- positional@0 "${COMP_CWORD}" "$(__flowctl_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_flowctl_connectors() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __flowctl_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    list|lint|eject)
        # Offer subcommand argument completions
        "_flowctl_connectors_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'list lint eject' -- "${cur}"))
        ;;
    esac
}

_flowctl_connectors_list() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac
}

_flowctl_connectors_lint() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __flowctl_add_completions -o plusdirs -fX '!*.@(yaml|yml)'
        return
        ;;
    esac
}

_flowctl_connectors_eject() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault --to)
    __flowctl_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    '--to')
        __flowctl_add_completions -d
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __flowctl_add_completions -W "$(__flowctl_custom_complete ---completion connectors eject -- positional@0 "${COMP_CWORD}" "$(__flowctl_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_flowctl_credentials() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __flowctl_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    login|logout|add|types|list|show|edit|test|doctor|usage|allow|deny|rename|export|import|delete)
        # Offer subcommand argument completions
        "_flowctl_credentials_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'login logout add types list show edit test doctor usage allow deny rename export import delete' -- "${cur}"))
        ;;
    esac
}

_flowctl_credentials_login() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --device --paste --client-credentials --no-browser --version -h --help)
    repeating_options=(--scopes --host --set)
    non_repeating_options=(--output --state-db --vault --client-id --client-secret-file --client-key --client-key-id --service-account --subject --audience --port --redirect-uri --timeout --issuer --authorize-url --token-url --device-url --revoke-url --client-authentication)
    __flowctl_offer_flags_options 2

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    '--scopes')
        return
        ;;
    '--host')
        return
        ;;
    '--client-id')
        return
        ;;
    '--client-secret-file')
        __flowctl_add_completions -f
        return
        ;;
    '--client-key')
        __flowctl_add_completions -f
        return
        ;;
    '--client-key-id')
        return
        ;;
    '--set')
        return
        ;;
    '--service-account')
        __flowctl_add_completions -f
        return
        ;;
    '--subject')
        return
        ;;
    '--audience')
        return
        ;;
    '--port')
        return
        ;;
    '--redirect-uri')
        return
        ;;
    '--timeout')
        return
        ;;
    '--issuer')
        return
        ;;
    '--authorize-url')
        return
        ;;
    '--token-url')
        return
        ;;
    '--device-url')
        return
        ;;
    '--revoke-url')
        return
        ;;
    '--client-authentication')
        __flowctl_add_completions -W 'none'$'\n''post'$'\n''basic'$'\n''private_key_jwt'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __flowctl_add_completions -W "$(__flowctl_custom_complete ---completion credentials login -- positional@0 "${COMP_CWORD}" "$(__flowctl_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_flowctl_credentials_logout() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color -y --yes --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __flowctl_add_completions -W "$(__flowctl_custom_complete ---completion credentials logout -- positional@0 "${COMP_CWORD}" "$(__flowctl_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_flowctl_credentials_add() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --unchecked --replace --version -h --help)
    repeating_options=(--host --plain)
    non_repeating_options=(--output --state-db --vault --type --from --expires)
    __flowctl_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    '--type')
        __flowctl_add_completions -W "$(__flowctl_custom_complete ---completion credentials add -- --type "${COMP_CWORD}" "$(__flowctl_cursor_index_in_current_word)")"
        return
        ;;
    '--from')
        __flowctl_add_completions -f
        return
        ;;
    '--host')
        return
        ;;
    '--expires')
        return
        ;;
    '--plain')
        return
        ;;
    esac
}

_flowctl_credentials_types() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __flowctl_add_completions -W "$(__flowctl_custom_complete ---completion credentials types -- positional@0 "${COMP_CWORD}" "$(__flowctl_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_flowctl_credentials_list() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --invalid --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault --type --service)
    __flowctl_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    '--type')
        __flowctl_add_completions -W "$(__flowctl_custom_complete ---completion credentials list -- --type "${COMP_CWORD}" "$(__flowctl_cursor_index_in_current_word)")"
        return
        ;;
    '--service')
        __flowctl_add_completions -W "$(__flowctl_custom_complete ---completion credentials list -- --service "${COMP_CWORD}" "$(__flowctl_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_flowctl_credentials_show() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __flowctl_add_completions -W "$(__flowctl_custom_complete ---completion credentials show -- positional@0 "${COMP_CWORD}" "$(__flowctl_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_flowctl_credentials_edit() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --unchecked --version -h --help)
    repeating_options=(--set --unset)
    non_repeating_options=(--output --state-db --vault --from --expires)
    __flowctl_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    '--set')
        return
        ;;
    '--unset')
        return
        ;;
    '--from')
        __flowctl_add_completions -f
        return
        ;;
    '--expires')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __flowctl_add_completions -W "$(__flowctl_custom_complete ---completion credentials edit -- positional@0 "${COMP_CWORD}" "$(__flowctl_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_flowctl_credentials_test() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --all --version -h --help)
    repeating_options=(--base-url)
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    '--base-url')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __flowctl_add_completions -W "$(__flowctl_custom_complete ---completion credentials test -- positional@0 "${COMP_CWORD}" "$(__flowctl_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_flowctl_credentials_doctor() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --offline --version -h --help)
    repeating_options=(--base-url)
    non_repeating_options=(--output --state-db --vault --within)
    __flowctl_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    '--within')
        return
        ;;
    '--base-url')
        return
        ;;
    esac
}

_flowctl_credentials_usage() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __flowctl_add_completions -W "$(__flowctl_custom_complete ---completion credentials usage -- positional@0 "${COMP_CWORD}" "$(__flowctl_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_flowctl_credentials_allow() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --any-workflow --version -h --help)
    repeating_options=(--host --workflow --project)
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    '--host')
        return
        ;;
    '--workflow')
        __flowctl_add_completions -o plusdirs -fX '!*.@(yaml|yml)'
        return
        ;;
    '--project')
        __flowctl_add_completions -d
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __flowctl_add_completions -W "$(__flowctl_custom_complete ---completion credentials allow -- positional@0 "${COMP_CWORD}" "$(__flowctl_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_flowctl_credentials_deny() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --version -h --help)
    repeating_options=(--host --workflow --project)
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    '--host')
        return
        ;;
    '--workflow')
        __flowctl_add_completions -o plusdirs -fX '!*.@(yaml|yml)'
        return
        ;;
    '--project')
        __flowctl_add_completions -d
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __flowctl_add_completions -W "$(__flowctl_custom_complete ---completion credentials deny -- positional@0 "${COMP_CWORD}" "$(__flowctl_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_flowctl_credentials_rename() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 2

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __flowctl_add_completions -W "$(__flowctl_custom_complete ---completion credentials rename -- positional@0 "${COMP_CWORD}" "$(__flowctl_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_flowctl_credentials_export() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --with-tokens --plaintext --force -y --yes --version -h --help)
    repeating_options=(--to --to-file)
    non_repeating_options=(--output --state-db --vault -o --out)
    __flowctl_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    '--to')
        return
        ;;
    '--to-file')
        __flowctl_add_completions -f
        return
        ;;
    '-o'|'--out')
        __flowctl_add_completions -f
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __flowctl_add_completions -W "$(__flowctl_custom_complete ---completion credentials export -- positional@0 "${COMP_CWORD}" "$(__flowctl_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_flowctl_credentials_import() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --replace --version -h --help)
    repeating_options=(--identity --rename)
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    '--identity')
        __flowctl_add_completions -f
        return
        ;;
    '--rename')
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __flowctl_add_completions -f
        return
        ;;
    esac
}

_flowctl_credentials_delete() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color -y --yes --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __flowctl_add_completions -W "$(__flowctl_custom_complete ---completion credentials delete -- positional@0 "${COMP_CWORD}" "$(__flowctl_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_flowctl_vault() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __flowctl_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    init|status|unlock|lock|slots|rekey|backup|restore|verify)
        # Offer subcommand argument completions
        "_flowctl_vault_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'init status unlock lock slots rekey backup restore verify' -- "${cur}"))
        ;;
    esac
}

_flowctl_vault_init() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --passphrase --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault --key-file)
    __flowctl_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    '--key-file')
        __flowctl_add_completions -f
        return
        ;;
    esac
}

_flowctl_vault_status() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac
}

_flowctl_vault_unlock() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault --for)
    __flowctl_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    '--for')
        return
        ;;
    esac
}

_flowctl_vault_lock() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac
}

_flowctl_vault_slots() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __flowctl_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    list|add|remove)
        # Offer subcommand argument completions
        "_flowctl_vault_slots_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'list add remove' -- "${cur}"))
        ;;
    esac
}

_flowctl_vault_slots_list() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac
}

_flowctl_vault_slots_add() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --passphrase --env-key --keyring --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault --key-file --label)
    __flowctl_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    '--key-file')
        __flowctl_add_completions -f
        return
        ;;
    '--label')
        return
        ;;
    esac
}

_flowctl_vault_slots_remove() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color -y --yes --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac
}

_flowctl_vault_rekey() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color -y --yes --version -h --help)
    repeating_options=(--drop-slot --key-file)
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    '--drop-slot')
        return
        ;;
    '--key-file')
        __flowctl_add_completions -f
        return
        ;;
    esac
}

_flowctl_vault_backup() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --force --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __flowctl_add_completions -f
        return
        ;;
    esac
}

_flowctl_vault_restore() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --force --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __flowctl_add_completions -f
        return
        ;;
    esac
}

_flowctl_vault_verify() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac
}

_flowctl_expr() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --explain --functions --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault --data --run --step)
    __flowctl_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    '--data')
        __flowctl_add_completions -o plusdirs -fX '!*.@(json)'
        return
        ;;
    '--run')
        __flowctl_add_completions -W "$(__flowctl_custom_complete ---completion expr -- --run "${COMP_CWORD}" "$(__flowctl_cursor_index_in_current_word)")"
        return
        ;;
    '--step')
        return
        ;;
    esac
}

_flowctl_schema() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac
}

_flowctl_doctor() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac
}

_flowctl_completion() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __flowctl_add_completions -W 'bash'$'\n''zsh'$'\n''fish'
        return
        ;;
    esac
}

_flowctl_version() {
    repeating_flags=()
    non_repeating_flags=(-q --quiet -v --verbose --no-color --version -h --help)
    repeating_options=()
    non_repeating_options=(--output --state-db --vault)
    __flowctl_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--output')
        __flowctl_add_completions -W 'text'$'\n''json'
        return
        ;;
    '--state-db')
        __flowctl_add_completions -f
        return
        ;;
    '--vault')
        __flowctl_add_completions -f
        return
        ;;
    esac
}

_flowctl_help() {
    repeating_flags=()
    non_repeating_flags=(--version)
    repeating_options=()
    non_repeating_options=()
    __flowctl_offer_flags_options -1
}

complete -o filenames -F _flowctl flowctl
