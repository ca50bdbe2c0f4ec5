import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { mountsBelow } from '../lib/mounts.ts';
import { SetupError } from '../lib/SetupError.ts';
import { purgeNetwork } from '../purge.ts';
import { startDaemon, stopDaemon } from './daemon.ts';
import { containerName, type Place } from './place.ts';
import { askPouch, pouchCommand, showPouch } from './shell.ts';

/**
 * Removes everything that a quickstart has created, except installed packages.
 * @throws SetupError if the daemon has other containers
 */
export async function removeAll(place: Place): Promise<void> {
  if (existsSync(place.root)) {
    // Only the daemon can list its containers.
    await startDaemon(place);
    await removeContainer(place);
    await stopDaemon(place);
    await endHelpers(place);
  }
  await purgeNetwork({
    bridge: place.bridge,
    ipamDir: join(place.root, 'network/ipam', place.bridge),
    shared: true,
  });
  removeCgroups(place.cgroupParent);
  for (const directory of [place.root, place.state]) await removeDirectory(directory);
  console.log(`Removed: the daemon, its images and containers, ${place.root}, ${place.state}.`);
}

async function removeContainer(place: Place): Promise<void> {
  const names = ((await askPouch(place, 'ps', '-a', '--format', '{{.Names}}')) ?? '').split('\n');
  const others = names.filter((name) => name !== '' && name !== containerName);
  if (others.length > 0)
    throw new SetupError(
      `This pouchd has other containers: remove them (${pouchCommand} rm -f ${others.join(' ')}), then run this again.`,
    );
  if (names.includes(containerName)) await showPouch(place, 'rm', '-f', '-v', containerName);
}

/** Ends what outlives the daemon: containerd, the log keeper, the resolver. Their arguments name their directories. */
async function endHelpers({ root, state }: Place): Promise<void> {
  const marks = [join(root, 'containerd/config.toml'), join(state, 'io'), join(state, 'dns')];
  const helpers = () =>
    readdirSync('/proc').filter(
      (pid) => /^\d+$/.test(pid) && argumentsOf(pid).some((word) => marks.includes(word)),
    );
  for (const pid of helpers()) process.kill(Number(pid), 'SIGTERM');
  if (await waitUntil(() => helpers().length === 0, { withinMs: 10_000 })) return;
  for (const pid of helpers()) process.kill(Number(pid), 'SIGKILL');
}

function argumentsOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

/** Removes the cgroup on v2, or in each hierarchy of v1. */
function removeCgroups(parent: string): void {
  const hierarchies = ['', ...readdirSync('/sys/fs/cgroup')];
  for (const hierarchy of hierarchies) {
    try {
      rmdirSync(join('/sys/fs/cgroup', hierarchy, parent));
    } catch {
      // The cgroup does not exist, or has processes of others.
    }
  }
}

async function removeDirectory(path: string): Promise<void> {
  for (const mount of mountsBelow(path)) await execa('umount', [mount], { reject: false });
  if (mountsBelow(path).length > 0)
    throw new SetupError(`Mounts remain below ${path}: unmount them, then run this again.`);
  rmSync(path, { recursive: true, force: true });
}
