# bash completion for tool and kubectl-tool; generated, use: source <(tool completion bash)
_flyball() {
  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" command="" options="" index
  COMPREPLY=()
  # bash splits --option=value at the sign.
  if [[ $current == "=" ]]; then current=""
  elif [[ $previous == "=" && $COMP_CWORD -ge 2 ]]; then previous="${COMP_WORDS[COMP_CWORD-2]}"; fi
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "${COMP_WORDS[index]}" in
      see|make|help) command="${COMP_WORDS[index]}"; break ;;
    esac
  done
  case "$command $previous" in
    "see -o"|"see --output") COMPREPLY=($(compgen -W "text json" -- "$current")); return ;;
    "see --policies") _flyball_paths -d "$current"; return ;;
    "see --at") :; return ;;
  esac
  case "$command" in
    see) options="-o --output --policies --at --strict -h --help" ;;
    make) options="-h --help" ;;
    help) options="" ;;
    "") options="-V --version -h --help" ;;
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
    return
  fi
  case "$command" in
    see) _flyball_paths -f "$current" ;;
    make) COMPREPLY=($(compgen -W "bash zsh" -- "$current")) ;;
    help) COMPREPLY=($(compgen -W "see make help" -- "$current")) ;;
    "") COMPREPLY=($(compgen -W "see make help" -- "$current")) ;;
  esac
}
# Only here: a command may have the name of a folder, and would get a slash.
_flyball_paths() {
  local IFS=$'\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen "$1" -- "$2"))
}
complete -F _flyball tool kubectl-tool
