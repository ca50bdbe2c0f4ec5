import { allNodes, listers } from './describeTree.ts';
import type { CompletionNode } from './describeTree.ts';

/** Returns a completion script for fish. */
export function fishCompletion(tree: CompletionNode): string {
  const lines = allNodes(tree).flatMap(nodeLines);
  return `# fish completion for pouch
function __pouch_word
    set -l words (string match -v -- '-*' (commandline -opc)[2..])
    test (count $words) -ge $argv[1]; and echo $words[$argv[1]]
end
function __pouch_at
    set -l path (string match -v -- '-*' (commandline -opc)[2..])
    set -l wanted (string split ' ' -- $argv[1])
    test (count $wanted) -le (count $path); and test "$path[1..(count $wanted)]" = "$wanted"
end
${lines.join('\n')}
`;
}

function nodeLines(node: CompletionNode): string[] {
  const at = node.path.length === 0 ? '__fish_use_subcommand' : `__pouch_at ${quote(node.path.join(' '))}`;
  const start = `complete -c pouch -n ${quote(at)}`;
  const children = node.children.map(
    (child) => `${start} -f -a ${quote(child.path.at(-1) ?? '')} -d ${quote(child.summary)}`,
  );
  const options = node.options.map(({ short, long, takesValue, description, completes }) => {
    const flags = `${short ? `-s ${short.slice(1)} ` : ''}-l ${long.slice(2)}${takesValue ? ' -r' : ''}`;
    const values = completes ? ` -f -a ${quote(`(${listers[completes]} 2>/dev/null)`)}` : '';
    return `${start} ${flags}${values} -d ${quote(description)}`;
  });
  const names = node.completes ? [`${start} -a ${quote(`(${listers[node.completes]} 2>/dev/null)`)}`] : [];
  return [...children, ...options, ...names, ...inContainer(node)];
}

/** Of the container that the first argument names. */
function inContainer({ path, lister }: CompletionNode): string[] {
  if (lister === undefined) return [];
  const place = path.length + 1;
  const at = `__pouch_at ${quote(path.join(' '))}; and test -n "$(__pouch_word ${place})"`;
  const names = `(${lister} (__pouch_word ${place}) 2>/dev/null)`;
  return [`complete -c pouch -n ${quote(at)} -f -a ${quote(names)}`];
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
