import { existsSync } from 'node:fs';
import { access, constants, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../errors.ts';

/**
 * Returns the commands that run the tests of a plugin, as README.md of a new one has them: `npm test` where
 * package.json has a `test` script, else each executable `*_test` or `*_test.*`.
 * @throws PCH_NOT_FOUND
 */
export async function testCommands(folder: string): Promise<string[][]> {
  const manifest = await readFile(join(folder, 'package.json'), 'utf8').catch(() => undefined);
  const isNpm = manifest !== undefined && hasTestScript(manifest, folder);
  const commands = isNpm ? npmCommands(folder) : await executableTests(folder);
  if (commands.length > 0) return commands;
  throw new CliError(
    'PCH_NOT_FOUND',
    `${folder} has no tests: expected a \`test\` script in package.json, or an executable *_test`,
    '`pouch plugin new` creates a plugin with a test',
  );
}

function hasTestScript(manifest: string, folder: string): boolean {
  try {
    return typeof (JSON.parse(manifest) as { scripts?: { test?: unknown } }).scripts?.test === 'string';
  } catch (error) {
    throw new CliError('PCH_OPTION_INVALID', `${folder}/package.json is not valid JSON: ${String(error)}`);
  }
}

function npmCommands(folder: string): string[][] {
  const test = ['npm', 'test'];
  return existsSync(join(folder, 'node_modules')) ? [test] : [['npm', 'install'], test];
}

async function executableTests(folder: string): Promise<string[][]> {
  const names = await readdir(folder).catch((error: Error) => {
    throw new CliError('PCH_NOT_FOUND', `${folder} cannot be read: ${error.message}`);
  });
  const tests = names.filter((name) => /_test(\.\w+)?$/.test(name)).sort();
  const executable = await Promise.all(tests.map((name) => mayRun(join(folder, name))));
  return tests.filter((_, index) => executable[index]).map((name) => [`./${name}`]);
}

function mayRun(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
