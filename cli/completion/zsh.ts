import { allNodes, listers } from './describeTree.ts';
import type { CompletionNode } from './describeTree.ts';

/** Returns a completion script for zsh, to save as `_pouch` in a directory of $fpath, or to source after compinit. */
export function zshCompletion(tree: CompletionNode): string {
  return `#compdef pouch
# zsh completion for pouch
_pouch() {
  local path="" first="" word
  local -a names
  for word in "\${words[@]:1:CURRENT-2}"; do
    [[ "$word" == -* ]] && continue
    case "\${path:+$path }$word" in
      ${commandPatterns(tree)}) path="\${path:+$path }$word" ;;
      *) first="\${first:-$word}" ;;
    esac
  done
  case "$words[CURRENT-1]" in
${optionCases(tree)}
  esac
  case "$path" in
${allNodes(tree).map(nodeCase).join('\n')}
  esac
}
if [[ "$funcstack[1]" == _pouch ]]; then _pouch "$@"; else compdef _pouch pouch; fi
`;
}

/** Options whose values are names of objects. */
function optionCases(tree: CompletionNode): string {
  const options = allNodes(tree).flatMap((node) => node.options);
  const cases = options.flatMap(({ long, completes }) =>
    completes
      ? [`    ${long}) names=(\${(f)"$(${listers[completes]} 2>/dev/null)"}); compadd -a names; return ;;`]
      : [],
  );
  return [...new Set(cases)].join('\n');
}

function commandPatterns(tree: CompletionNode): string {
  return allNodes(tree)
    .filter(({ path }) => path.length > 0)
    .map(({ path }) => quote(path.join(' ')))
    .join('|');
}

function nodeCase(node: CompletionNode): string {
  const options = node.options.flatMap(({ short, long, description }) =>
    [long, ...(short ? [short] : [])].map((flag) => describe(flag, description)),
  );
  const children = node.children.map((child) => describe(child.path.at(-1) ?? '', child.summary));
  const inContainer = node.lister
    ? `if [[ "$first" ]]; then names=(\${(f)"$(${node.lister} "$first" 2>/dev/null)"}); compadd -a names; return; fi; `
    : '';
  const names = node.completes
    ? `${inContainer}names=(\${(f)"$(${listers[node.completes]} 2>/dev/null)"}); compadd -a names; _files`
    : `names=(${children.join(' ')}); _describe command names`;
  return `    ${quote(node.path.join(' '))})
      if [[ "$words[CURRENT]" == -* ]]; then names=(${options.join(' ')}); _describe option names
      else ${names}; fi ;;`;
}

/** `name:text`; colons in the text are escaped. */
function describe(name: string, text: string): string {
  return quote(`${name}:${text.replaceAll(':', '\\:')}`);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
