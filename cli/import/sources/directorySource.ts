import { loadDirectory } from '../examine/loadDirectory.ts';
import type { RootfsSource } from './rootfsSource.ts';
import { defaultExcludes } from './excludes.ts';
import { type Tool, toolOutput } from './toolOutput.ts';

/** A directory, read by GNU tar with attributes, hard links and holes. */
export function directorySource(path: string, excludes: readonly string[]): RootfsSource {
  return {
    tar: () => toolOutput(tarOfDirectory(path, [...defaultExcludes, ...excludes])),
    examine: async () => ({ tree: await loadDirectory(path) }),
    close: () => Promise.resolve(),
  };
}

/** Returns the call of GNU tar for a directory. Exit code 1: a file changed while it was read. */
export function tarOfDirectory(path: string, excludes: readonly string[]): Tool {
  const args = [
    '--create',
    '--file=-',
    '--format=posix',
    '--numeric-owner',
    '--sparse',
    '--xattrs',
    '--xattrs-include=*',
    '--warning=no-file-ignored',
    ...excludes.flatMap(excludeArgs),
    `--directory=${path}`,
    '.',
  ];
  return { command: 'tar', package: 'tar', args, succeeds: [0, 1] };
}

/** As in rsync: a pattern with a slash at its beginning is relative to the root, another matches anywhere. */
function excludeArgs(pattern: string): string[] {
  const isAnchored = pattern.startsWith('/');
  const how = ['--wildcards', '--no-wildcards-match-slash', isAnchored ? '--anchored' : '--no-anchored'];
  return [...how, `--exclude=${isAnchored ? '.' : ''}${pattern}`];
}
