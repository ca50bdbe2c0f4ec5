import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, PouchError } from '../../../hooks/index.ts';
import type { HookFile } from './hookFile.ts';
import { readHookFile } from './readHookFile.ts';

/** More are a mistake: every container is compared with each. */
const mostFiles = 1000;

export interface HookDirectories {
  /** In the order in which they are added: by name, in lower case. */
  readonly files: readonly { readonly path: string; readonly content: HookFile }[];
  /** Directories that do not exist. */
  readonly missing: readonly string[];
}

/**
 * Reads the files `*.json` of directories; a file hides one of the same name in an earlier directory.
 * @throws PCH_OCI_HOOK_INVALID with every mistake
 */
export function readDirectories(directories: readonly string[]): HookDirectories {
  const mistakes: string[] = [];
  const missing: string[] = [];
  const byName = new Map<string, string>();
  for (const directory of directories)
    for (const name of namesIn(directory, { mistakes, missing })) byName.set(name, join(directory, name));
  if (byName.size > mostFiles)
    mistakes.push(`${directories.join(', ')}: expected at most ${mostFiles} files, found ${byName.size}`);
  const paths = [...byName].toSorted(([a], [b]) => compare(a, b)).map(([, path]) => path);
  const files = paths.slice(0, mostFiles).flatMap((path) => {
    const { content, problems = [] } = readHookFile(path);
    // Those of its safety begin with the path already.
    mistakes.push(...problems.map((one) => (one.startsWith(`${path} `) ? one : `${path}: ${one}`)));
    return content ? [{ path, content }] : [];
  });
  if (mistakes.length > 0) throw invalid(mistakes);
  return { files, missing };
}

function namesIn(directory: string, found: { mistakes: string[]; missing: string[] }): string[] {
  try {
    return readdirSync(directory).filter((name) => name.endsWith('.json'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') found.missing.push(directory);
    else found.mistakes.push(`${directory}: cannot be read: ${messageOf(error)}`);
    return [];
  }
}

/** By the code points of their lower case (oci-hooks(5), “Directories”). */
function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a.toLowerCase()), Buffer.from(b.toLowerCase()));
}

function invalid(mistakes: readonly string[]): PouchError {
  return new PouchError('PCH_OCI_HOOK_INVALID', mistakes.join('; '), {
    hint: 'fix or remove the files; docs/guides/host-resources.md has their form',
  });
}
