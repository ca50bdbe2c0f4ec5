import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What only some installations have, by its file. */
const parts = { testing: 'dist/testing/index.js', daemon: 'dist/bin/pouchd.cjs' };

/** The folder of the installation that a program belongs to, if it has the part. */
export async function installationOf(program: string, part: keyof typeof parts): Promise<string | undefined> {
  const file = await realpath(program).catch(() => undefined);
  if (file === undefined) return undefined;
  const root = dirname(dirname(file));
  return existsSync(join(root, parts[part])) ? root : undefined;
}

/** The installation of this program: of the executable, or of the script that Node runs. */
export async function ownInstallation(part: keyof typeof parts): Promise<string | undefined> {
  return (
    (await installationOf(process.execPath, part)) ?? (await installationOf(process.argv[1] ?? '.', part))
  );
}
