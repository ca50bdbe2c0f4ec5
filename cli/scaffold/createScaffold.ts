/** A new plugin in a folder of its own: its file, a test of it, and what its author's tools need. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CliError } from '../errors.ts';
import { javascriptFiles } from './javascriptFiles.ts';
import { ociHookFiles } from './ociHookFiles.ts';
import { pythonFiles } from './pythonFiles.ts';
import type { ScaffoldOptions } from './scaffoldOptions.ts';
import { shellFiles } from './shellFiles.ts';
import { typescriptFiles } from './typescriptFiles.ts';

const filesOf = {
  ts: typescriptFiles,
  js: javascriptFiles,
  python: pythonFiles,
  shell: shellFiles,
  ociHook: ociHookFiles,
};

/** As core/plugins checks it. */
const namePattern = /^[a-z][a-z0-9-]{0,62}$/;

/**
 * Creates the folder, named like the plugin. Leaves nothing if it fails.
 * @returns its path, and the names of its files
 * @throws PCH_OPTION_INVALID, PCH_ALREADY_EXISTS
 */
export async function createScaffold(
  scaffold: ScaffoldOptions,
): Promise<{ folder: string; files: string[] }> {
  const { name, parent, language } = scaffold;
  if (!namePattern.test(name))
    throw new CliError(
      'PCH_OPTION_INVALID',
      `invalid plugin name "${name}"`,
      'use at most 63 lower-case letters, digits and "-", the first a letter',
    );
  const folder = resolve(parent, name);
  const files = filesOf[language](scaffold);
  await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw cannotCreate(folder, error);
  });
  try {
    for (const [file, text] of Object.entries(files)) {
      const mode = text.startsWith('#!') ? 0o755 : 0o644;
      await writeFile(join(folder, file), text, { mode });
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return { folder, files: Object.keys(files) };
}

function cannotCreate(folder: string, { code, message }: NodeJS.ErrnoException): CliError {
  if (code === 'EEXIST')
    return new CliError('PCH_ALREADY_EXISTS', `${folder} exists`, 'choose another name, or another --dir');
  return new CliError(
    'PCH_OPTION_INVALID',
    `--dir: cannot create ${folder}: ${message}`,
    'name a folder that exists and that you may write to',
  );
}
