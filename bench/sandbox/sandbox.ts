import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installMissing, runtimePackages, testPackages } from '../../scripts/lib/debian.ts';
import { SetupError } from '../../scripts/lib/SetupError.ts';
import { removeCgroups, topCgroups } from './cgroups.ts';
import { buildRichImage } from './richImage.ts';

const variable = 'POUCH_BENCH_DIR';

/**
 * Namespaces of mounts, network and processes of their own: bridges, iptables rules, mounts and daemons end with the last
 * process, even if that is killed, and nothing of them meets what else runs on the host.
 */
const namespaces = [
  '--mount',
  '--propagation',
  'private',
  '--net',
  '--pid',
  '--fork',
  '--kill-child',
  '--mount-proc',
];

/** The directory for everything that the measurements make; undefined outside. */
export function insideSandbox(): string | undefined {
  return process.env[variable];
}

/**
 * Runs a script of ours in the sandbox and removes what that leaves: its directory and its cgroups.
 * @returns its exit code
 * @throws SetupError
 */
export async function runInSandbox(
  script: string,
  args: string[],
  { rich }: { rich: boolean },
): Promise<number> {
  checkRoot();
  await installMissing([...runtimePackages, ...testPackages]);
  checkBuild();
  // Short: paths of sockets in it have at most 107 bytes.
  const dir = await mkdtemp(join(tmpdir(), 'pb-'));
  const before = topCgroups();
  try {
    if (rich) await buildRichImage(dir);
    return await inNamespaces(dir, [process.execPath, ...process.execArgv, script, ...args]);
  } finally {
    await removeCgroups(dir, before);
    await rm(dir, { recursive: true, force: true });
  }
}

/** As the first process of its namespace, tini reaps shims and conmons whose parents have ended. */
async function inNamespaces(dir: string, command: string[]): Promise<number> {
  const child = spawn('unshare', [...namespaces, 'tini-static', '--', ...command], {
    env: { ...process.env, [variable]: dir, TMPDIR: dir },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  // unshare ignores both; it takes everything in the sandbox with it when it is killed.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill('SIGKILL'));
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

function checkRoot(): void {
  if (process.getuid?.() !== 0)
    throw new SetupError('The measurements run real containers and need root: sudo npm run bench');
}

function checkBuild(): void {
  const project = join(import.meta.dirname, '../..');
  if (existsSync(join(project, 'dist/bin/pouchd.js')) && existsSync(join(project, 'bin/pouch'))) return;
  throw new SetupError('Pouch is measured as it is built, and it is not built yet: npm run build');
}
