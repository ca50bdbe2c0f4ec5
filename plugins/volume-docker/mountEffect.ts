/** The effect `docker-volume`: a volume plugin mounts a volume, which Pouch binds to the directory of the volume. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { EffectKind } from '../../hooks/index.ts';
import type { DockerVolumes } from './DockerVolumes.ts';

export const effectKind = 'docker-volume';

interface MountArgs {
  driver: string;
  volume: string;
  /** Directory of the host where containers find the data. */
  target: string;
}

/** Milliseconds of mount(8) and umount(8). */
const toolTimeoutMs = 10_000;
const run = promisify(execFile);

/** Uses of one volume run one after another. */
const locks = new Map<string, Promise<unknown>>();

/**
 * Several containers share the bind mount: a file in `state` for each says who uses it. Both are gone after a reboot.
 *
 * @param state directory of this plugin in STATE
 */
export function mountEffect(
  state: string,
  pluginOf: (driver: string) => DockerVolumes,
): EffectKind<MountArgs, null> {
  const usersOf = (volume: string) => join(state, volume);
  return {
    kind: effectKind,
    volatile: true,
    describe: ({ driver, volume }) => `mount the volume ${volume} by ${driver}`,

    apply: ({ driver, volume, target }, { container }) =>
      locked(volume, async () => {
        await mkdir(usersOf(volume), { recursive: true, mode: 0o700 });
        await writeFile(join(usersOf(volume), container), '');
        const source = await pluginOf(driver).mount(volume, container);
        if (!(await isMountPoint(target)))
          await tool('mount', ['--bind', '-o', 'nosuid,nodev', '--', source, target]);
        return null;
      }),

    undo: ({ driver, volume, target }, _result, { container }) =>
      locked(volume, async () => {
        const users = await readdir(usersOf(volume)).catch((): string[] => []);
        const isLast = users.every((user) => user === container);
        if (isLast && (await isMountPoint(target))) await tool('umount', ['--lazy', '--', target]);
        // Before the plugin was asked, it has nothing to undo.
        if (users.includes(container)) await pluginOf(driver).unmount(volume, container);
        await rm(isLast ? usersOf(volume) : join(usersOf(volume), container), {
          recursive: true,
          force: true,
        });
      }),
  };
}

async function isMountPoint(path: string): Promise<boolean> {
  const octal = (char: string) => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`;
  const escaped = path.replace(/[\\ \t\n]/g, octal);
  const lines = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  return lines.some((line) => line.split(' ')[4] === escaped);
}

async function tool(command: string, args: string[]): Promise<void> {
  await run(command, args, { timeout: toolTimeoutMs, killSignal: 'SIGKILL' });
}

async function locked<T>(volume: string, work: () => Promise<T>): Promise<T> {
  const earlier = locks.get(volume) ?? Promise.resolve();
  const result = earlier.then(work);
  const settled = result.catch(() => undefined);
  locks.set(volume, settled);
  try {
    return await result;
  } finally {
    if (locks.get(volume) === settled) locks.delete(volume);
  }
}
