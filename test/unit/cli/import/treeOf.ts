import { FileTree, type TreeFile } from '../../../../cli/import/examine/FileTree.ts';

/** Text of a file, a program, a link `-> TARGET`, or `null` for a directory. */
export type Sketch = Record<string, string | null | { program: string } | Partial<TreeFile>>;

/** Returns a tree of such files. */
export function treeOf(sketch: Sketch): FileTree {
  const tree = new FileTree();
  for (const [path, what] of Object.entries(sketch)) tree.add(path, fileOf(what));
  return tree;
}

function fileOf(what: Sketch[string]): TreeFile {
  if (what === null) return { kind: 'directory', mode: 0o755, size: 0 };
  if (typeof what === 'string') {
    if (what.startsWith('-> ')) return { kind: 'symlink', mode: 0o777, size: 0, link: what.slice(3) };
    return { kind: 'file', mode: 0o644, size: what.length, content: what };
  }
  if ('program' in what) return { kind: 'file', mode: 0o755, size: 1000, content: what.program };
  return { kind: 'file', mode: 0o644, size: 0, ...what };
}
