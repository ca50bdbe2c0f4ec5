import { existsSync, readFileSync } from 'node:fs';
import { execa } from 'execa';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import type { Contender } from '../measure.ts';
import { richRoot } from '../sandbox/richImage.ts';
import { systemdRuns } from '../sandbox/systemdRuns.ts';

const program = '/usr/bin/systemd-nspawn';

export function isNspawnInstalled(): boolean {
  return existsSync(program);
}

/**
 * Boots the directory of the rich image by systemd-nspawn, in its usual way without users of its own. What it writes
 * is gone with it.
 */
export function nspawnBoot(dir: string): Contender {
  const args = [
    '--quiet',
    '--register=no',
    '--keep-unit',
    '--volatile=overlay',
    '--private-network',
    '--boot',
  ];
  return {
    name: 'systemd-nspawn',
    async once() {
      const started = performance.now();
      const options = { stdin: 'ignore', stdout: 'ignore', stderr: 'ignore', reject: false } as const;
      const booted = execa(program, [...args, `--directory=${richRoot(dir)}`], options);
      const isUp = async () => {
        const init = initOf(booted.pid);
        return init !== undefined && (await systemdRuns(init));
      };
      const isRunning = await waitUntil(isUp, { withinMs: 60_000, everyMs: 5 });
      const ms = performance.now() - started;
      const init = initOf(booted.pid);
      if (init !== undefined) process.kill(Number(init), 'SIGKILL');
      await booted;
      if (isRunning) return ms;
      throw new Error('systemd did not reach the state "running"');
    },
  };
}

/** The child of systemd-nspawn; before that, one that prepares the container. */
function initOf(pid: number | undefined): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ', 1)[0] || undefined;
  } catch {
    return undefined;
  }
}
