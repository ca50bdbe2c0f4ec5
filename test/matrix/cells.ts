import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { image as systemd } from '../../scripts/quickstart/place.ts';
import { initImages } from '../support/initImages.ts';

/** A container to measure. */
export interface Cell {
  mode: string;
  runtime: string;
  /** `auto` or `host`. */
  userns: string;
  image: string;
  /** Options of `pouch run` for the mode. */
  options: readonly string[];
  /** What it runs, for modes whose container ends without a command. */
  command: readonly string[];
}

/** Every mode with every runtime, with and without a user namespace. `dir` is for what they mount. */
export async function cells(dir: string): Promise<Cell[]> {
  const services = await s6Services(join(dir, 's6'));
  const modes: Pick<Cell, 'mode' | 'image' | 'options' | 'command'>[] = [
    { mode: 'systemd', image: systemd, options: [], command: [] },
    { mode: 'sbin-init', image: initImages.sysvinit.reference, options: [], command: [] },
    { mode: 'openrc', image: initImages.openrc.reference, options: [], command: [] },
    { mode: 'runit', image: initImages.runit.reference, options: [], command: [] },
    {
      mode: 's6',
      image: initImages.s6.reference,
      options: ['-v', `${services}:/etc/s6/services:ro`],
      command: [],
    },
    {
      mode: 'supervised',
      image: initImages.s6.reference,
      options: ['--rich-service', 'cron', '--rich-service', 'sshd'],
      command: [],
    },
    { mode: 'dumb-init', image: 'busybox', options: [], command: ['sleep', '1000'] },
  ];
  return modes.flatMap((mode) =>
    ['runc', 'crun', 'runlxc'].flatMap((runtime) =>
      ['auto', 'host'].map((userns) => ({ ...mode, runtime, userns })),
    ),
  );
}

/** Debian's package of s6 has no services. */
async function s6Services(dir: string): Promise<string> {
  const run = join(dir, 'cron', 'run');
  await mkdir(join(dir, 'cron'), { recursive: true });
  for (const path of [dir, join(dir, 'cron')]) await chmod(path, 0o755);
  await writeFile(run, '#!/bin/sh\nexec cron -f\n', { mode: 0o755 });
  return dir;
}
