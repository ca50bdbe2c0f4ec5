/** Where Docker's plugins listen, as dockerd finds them (Docker's "Plugin discovery"). */
import { readFile, stat } from 'node:fs/promises';

const socketDirectory = '/run/docker/plugins';
const specDirectories = ['/etc/docker/plugins', '/usr/lib/docker/plugins'];

/** Bytes of a file with the address of a plugin. */
const maxSpecBytes = 4096;

/**
 * @param plugin name, or `unix:///PATH`
 * @returns path of its socket. Rejects with an Error that says what was expected and found.
 */
export async function pluginSocket(plugin: string): Promise<string> {
  if (plugin.startsWith('unix://')) return plugin.slice('unix://'.length);
  for (const path of [`${socketDirectory}/${plugin}.sock`, `${socketDirectory}/${plugin}/${plugin}.sock`])
    if (await isSocket(path)) return path;
  for (const directory of specDirectories) {
    const path = `${directory}/${plugin}.spec`;
    const text = await specOf(path);
    if (text !== undefined) return socketOf(text, path);
  }
  throw new Error(`the plugin ${plugin} has no socket ${socketDirectory}/${plugin}.sock`);
}

async function isSocket(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isSocket(),
    () => false,
  );
}

async function specOf(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() && found.size <= maxSpecBytes ? (await readFile(path, 'utf8')).trim() : undefined;
}

/** Pouch speaks to sockets of this host only: what a plugin on the network says could be forged. */
function socketOf(address: string, path: string): string {
  const socket = /^unix:\/\/(\/.+)$/.exec(address)?.[1];
  if (socket !== undefined) return socket;
  throw new Error(`${path}: expected unix:///PATH, found another address`);
}
