/** Completion for zsh: `_arguments` with a description for each word. */
import type { CommandNode, Expected, OptionNode, Tree } from './tree.ts';

export function writeZsh({ root, commands }: Tree, names: readonly string[]): string {
  return `#compdef ${names.join(' ')}
# zsh completion; generated, use: ${names[0]} completion zsh > "\${fpath[1]}/_${names[0]}"
_flyball() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C ${rootSpecs(root)} \\
    '1: :->command' '*:: :->rest'
  case $state in
    command)
      local -a commands=(
${commands.map(({ name, summary }) => `        ${quote(`${name}:${summary}`)}`).join('\n')}
      )
      _describe command commands ;;
    rest)
      case $line[1] in
${commands.map((command) => `        ${command.name}) _arguments ${specsOf(command).join(' \\\n          ')} ;;`).join('\n')}
      esac ;;
  esac
}
if [ "$funcstack[1]" = "_flyball" ]; then _flyball "$@"; else compdef _flyball ${names.join(' ')}; fi
`;
}

function rootSpecs({ options }: CommandNode): string {
  return options.flatMap(optionSpecs).join(' ');
}

function specsOf({ options, operand }: CommandNode): string[] {
  const specs = options.flatMap(optionSpecs);
  return operand === undefined ? specs : [...specs, quote(`*: :${action(operand)}`)];
}

function optionSpecs({ names, description, value }: OptionNode): string[] {
  const text = description.replace(/[[\]:]/g, '\\$&');
  const end = value === undefined ? '' : `: :${action(value)}`;
  return names.map((name) =>
    quote(`*${name}${value !== undefined && name.startsWith('--') ? '=' : ''}[${text}]${end}`),
  );
}

function action(expected: Expected): string {
  if (expected.kind === 'choices') return `(${expected.choices.join(' ')})`;
  if (expected.kind === 'file') return '_files';
  return expected.kind === 'folder' ? '_files -/' : ' ';
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
