/** Clients from npm that the product's tests need not have. */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { execa } from 'execa';

/**
 * Installs what a directory beside this file has a `package.json` and a `package-lock.json` for, and copies `files` of
 * it there, too. Resolves to the directory with its `node_modules`, which later runs find again.
 */
export async function installPackages(name: string, files: readonly string[] = []): Promise<string> {
  const source = resolve(import.meta.dirname, name);
  const installation = resolve(import.meta.dirname, `../../../node_modules/.cache/pouch-${name}`);
  await mkdir(installation, { recursive: true });
  const copy = (file: string) => cp(join(source, file), join(installation, file));
  await Promise.all(['package.json', 'package-lock.json', ...files].map(copy));
  const wanted = await readFile(join(source, 'package-lock.json'), 'utf8');
  const stamp = join(installation, 'installed');
  if ((await readFile(stamp, 'utf8').catch(() => undefined)) === wanted) return installation;
  await execa('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: installation,
    timeout: 200_000,
  });
  await writeFile(stamp, wanted);
  return installation;
}
