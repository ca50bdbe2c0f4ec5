import { allNodes, listers } from './describeTree.ts';
import type { CompletionNode } from './describeTree.ts';

/** Returns a completion script for bash that does not need the bash-completion package. */
export function bashCompletion(tree: CompletionNode): string {
  return `# bash completion for pouch
_pouch_words() {
  case "$1" in
${allNodes(tree).map(wordsCase).join('\n')}
  esac
}
_pouch_values() {
  case "$1" in
${allNodes(tree).map(valuesCase).join('\n')}
  esac
}
_pouch_option_values() {
  case "$1" in
${optionCases(tree)}
    *) return 1 ;;
  esac
}
_pouch() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" path="" first="" word words
  if words="$(_pouch_option_values "\${COMP_WORDS[COMP_CWORD-1]}" 2>/dev/null)"; then
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
    return
  fi
  local -a before=("\${COMP_WORDS[@]:1:COMP_CWORD-1}")
  for word in "\${before[@]}"; do
    [[ "$word" == -* ]] && continue
    words="$(_pouch_words "$path")"
    if [[ " $words " == *" $word "* ]]; then path="\${path:+$path }$word"
    else first="\${first:-$word}"; fi
  done
  words="$(_pouch_words "$path")"
  [[ "$cur" != -* ]] && words="$(tr ' ' '\\n' <<<"$words" | grep -v '^-') $(_pouch_values "$path" "$first" 2>/dev/null)"
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _pouch pouch
`;
}

/** Options whose values are names of objects. */
function optionCases(tree: CompletionNode): string {
  const options = allNodes(tree).flatMap((node) => node.options);
  const cases = options.flatMap(({ long, completes }) =>
    completes ? [`    ${long}) ${listers[completes]} ;;`] : [],
  );
  return [...new Set(cases)].join('\n');
}

function wordsCase(node: CompletionNode): string {
  const names = node.children.map((child) => child.path.at(-1) ?? '');
  const options = node.options.flatMap(({ short, long }) => (short ? [long, short] : [long]));
  return `    "${node.path.join(' ')}") echo "${[...names, ...options].join(' ')}" ;;`;
}

function valuesCase(node: CompletionNode): string {
  const names = node.completes ? listers[node.completes] : ':';
  const command = node.lister ? `if [[ "$2" ]]; then ${node.lister} "$2"; else ${names}; fi` : names;
  return `    "${node.path.join(' ')}") ${command} ;;`;
}
