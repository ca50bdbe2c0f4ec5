import { existsSync, readFileSync } from 'node:fs';
import { execa } from 'execa';
import type { Contender } from '../measure.ts';
import { richRoot } from '../sandbox/richImage.ts';
import { bootedAt } from '../sandbox/bootedAt.ts';

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
      const started = process.hrtime.bigint();
      const options = { stdin: 'ignore', stdout: 'ignore', stderr: 'ignore', reject: false } as const;
      const nspawn = execa(program, [...args, `--directory=${richRoot(dir)}`], options);
      try {
        return Number((await bootedAt(() => initOf(nspawn.pid))) - started) / 1e6;
      } finally {
        const init = initOf(nspawn.pid);
        if (init !== undefined) process.kill(Number(init), 'SIGKILL');
        await nspawn;
      }
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
