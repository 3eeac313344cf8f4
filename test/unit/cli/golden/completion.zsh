#compdef tool kubectl-tool
# zsh completion; generated, use: tool completion zsh > "${fpath[1]}/_tool"
_flyball() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C '*-V[output the version number]' '*--version[output the version number]' '*-h[display help for command]' '*--help[display help for command]' \
    '1: :->command' '*:: :->rest'
  case $state in
    command)
      local -a commands=(
        'see:look at a file'\''s text: now'
        'make:make it'
        'help:display help for command'
      )
      _describe command commands ;;
    rest)
      case $line[1] in
        see) _arguments '*-o[format \[text\]]: :(text json)' \
          '*--output=[format \[text\]]: :(text json)' \
          '*--policies=[folder]: :_files -/' \
          '*--at=[clock]: : ' \
          '*--strict[strict]' \
          '*-h[display help for command]' \
          '*--help[display help for command]' \
          '*: :_files' ;;
        make) _arguments '*-h[display help for command]' \
          '*--help[display help for command]' \
          '*: :(bash zsh)' ;;
        help) _arguments '*: :(see make help)' ;;
      esac ;;
  esac
}
if [ "$funcstack[1]" = "_flyball" ]; then _flyball "$@"; else compdef _flyball tool kubectl-tool; fi
