import { sshKeyIdentity } from '../../../../hooks/sshKey.ts';
import type { ContainerFiles } from './ContainerFiles.ts';
import { accountOf } from './tables.ts';

/** Adds the keys that the user's authorized_keys does not have. sshd refuses a file that others may write. */
export function addKeys(files: ContainerFiles, user: string, keys: readonly string[]): void {
  const { home, ...ids } = accountOf(files, user);
  const directory = `${home.replace(/\/$/, '')}/.ssh`;
  const path = `${directory}/authorized_keys`;
  files.makeDirectory(home, { ids, mode: ids.uid === 0 ? 0o700 : 0o755 });
  files.makeDirectory(directory, { ids, mode: 0o700 });
  const found = files.read(path) ?? '';
  const known = new Set(found.split('\n').map(sshKeyIdentity));
  const added = keys.filter((key) => !known.has(sshKeyIdentity(key)));
  if (added.length === 0) return;
  const before = found === '' || found.endsWith('\n') ? found : `${found}\n`;
  const lines = added.map((key) => `${Buffer.from(key.trim()).toString('latin1')}\n`).join('');
  files.write(path, before + lines, { ids, mode: 0o600, keeps: found !== '' });
}
