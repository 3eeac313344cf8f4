/** Completion for bash 3.2 and later, without the bash-completion package. */
import type { CommandNode, Expected, OptionNode, Tree } from './tree.ts';

export function writeBash({ root, commands }: Tree, names: readonly string[]): string {
  const values = commands.flatMap((command) => command.options.flatMap((it) => valueCase(command.name, it)));
  return `# bash completion for ${names.join(' and ')}; generated, use: source <(${names[0]} completion bash)
_flyball() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="" options="" index
  COMPREPLY=()
  # bash splits --option=value at the sign.
  if [[ $current == "=" ]]; then current=""
  elif [[ $previous == "=" && $COMP_CWORD -ge 2 ]]; then previous="\${COMP_WORDS[COMP_CWORD-2]}"; fi
  for ((index = 1; index < COMP_CWORD; index++)); do
    case "\${COMP_WORDS[index]}" in
      ${commands.map(({ name }) => name).join('|')}) command="\${COMP_WORDS[index]}"; break ;;
    esac
  done
  case "$command $previous" in
${values.map((line) => `    ${line}`).join('\n')}
  esac
  case "$command" in
${commands.map((command) => `    ${optionsCase(command.name, command)}`).join('\n')}
    ${optionsCase('""', root)}
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
    return
  fi
  case "$command" in
${commands.map((command) => `    ${command.name}) ${answer(command.operand)} ;;`).join('\n')}
    "") ${answer(root.operand)} ;;
  esac
}
# Only here: a command may have the name of a folder, and would get a slash.
_flyball_paths() {
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen "$1" -- "$2"))
}
complete -F _flyball ${names.join(' ')}
`;
}

function valueCase(command: string, { names, value }: OptionNode): string[] {
  if (value === undefined) return [];
  return [`${names.map((name) => `"${command} ${name}"`).join('|')}) ${answer(value)}; return ;;`];
}

function optionsCase(name: string, { options }: CommandNode): string {
  return `${name}) options="${options.flatMap((option) => option.names).join(' ')}" ;;`;
}

function answer(expected: Expected | undefined): string {
  if (expected?.kind === 'choices')
    return `COMPREPLY=($(compgen -W "${expected.choices.join(' ')}" -- "$current"))`;
  if (expected?.kind === 'file') return '_flyball_paths -f "$current"';
  return expected?.kind === 'folder' ? '_flyball_paths -d "$current"' : ':';
}
