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
 * Separate mount, network and PID namespaces. Bridges, iptables rules, mounts and daemons end with the last process,
 * even if it is killed, and do not affect the host.
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

/** Returns the sandbox's directory for all files of the measurements; undefined outside of it. */
export function insideSandbox(): string | undefined {
  return process.env[variable];
}

/**
 * Runs a script in the sandbox, then removes its directory and cgroups.
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
  // A short path, as socket paths below it are limited to 107 bytes.
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

/** tini, as PID 1 of the namespace, reaps orphaned shims and conmons. */
async function inNamespaces(dir: string, command: string[]): Promise<number> {
  const child = spawn('unshare', [...namespaces, 'tini-static', '--', ...command], {
    env: { ...process.env, [variable]: dir, TMPDIR: dir },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  // unshare ignores both signals. Killing it ends all processes in the sandbox.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill('SIGKILL'));
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

function checkRoot(): void {
  if (process.getuid?.() !== 0)
    throw new SetupError('the measurements run containers and need root: use sudo npm run bench');
}

function checkBuild(): void {
  const project = join(import.meta.dirname, '../..');
  if (existsSync(join(project, 'dist/bin/pouchd.cjs')) && existsSync(join(project, 'bin/pouch'))) return;
  throw new SetupError('expected a build of Pouch, found none: run npm run build');
}
