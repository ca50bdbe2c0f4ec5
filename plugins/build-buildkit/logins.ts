import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageBuild } from '../../hooks/index.ts';

/** The key of Docker’s own registry in config.json. */
const hubKey = 'https://index.docker.io/v1/';

/** Writes the credentials where buildctl looks for them: not in its arguments, which all users can see. */
export async function writeLogins(home: string, auth: ImageBuild['auth']): Promise<void> {
  const auths = Object.entries(auth).map(([host, { username = '', password = '', ...tokens }]) => [
    host === 'docker.io' ? hubKey : host,
    {
      auth: Buffer.from(`${username}:${password}`).toString('base64'),
      identitytoken: tokens.identityToken,
      registrytoken: tokens.registryToken,
    },
  ]);
  if (auths.length === 0) return;
  const directory = join(home, '.docker');
  await mkdir(directory, { mode: 0o700 });
  const file = join(directory, 'config.json');
  await writeFile(file, JSON.stringify({ auths: Object.fromEntries(auths) }), { mode: 0o600 });
}
