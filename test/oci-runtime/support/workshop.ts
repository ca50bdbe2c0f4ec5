import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { compileStatic } from '../../../scripts/lib/compileC.ts';
import { hierarchies, removeCgroup } from '../../support/host/cgroups.ts';

/** Shared by all rows of a run. */
export interface Workshop {
  /** Unique on the host; part of every container's id. */
  name: string;
  directory: string;
  /** The parent of every container's cgroup. */
  cgroup: string;
  /** busybox and the built helpers, on the same file system as the bundles, which link to them. */
  executables: string;
}

export async function openWorkshop(): Promise<Workshop> {
  letOthersPass(tmpdir());
  const directory = mkdtempSync(join(tmpdir(), 'oci-'));
  chmodSync(directory, 0o755);
  const executables = join(directory, 'executables');
  for (const name of ['probe', 'recvtty', 'recvnotify'])
    await compileStatic(join(import.meta.dirname, `native/${name}.c`), join(executables, name));
  copyFileSync('/bin/busybox', join(executables, 'busybox'));
  const name = basename(directory);
  const cgroup = `/pouch-${name}`;
  makeCgroup(cgroup);
  return { name, directory, executables, cgroup };
}

export async function closeWorkshop({ directory, cgroup }: Workshop): Promise<void> {
  await removeCgroup(cgroup);
  rmSync(directory, { recursive: true, force: true });
}

/** The root of a user namespace is another user on the host, and must be able to access its rootfs. */
function letOthersPass(directory: string): void {
  const { mode } = statSync(directory);
  if ((mode & 0o001) === 0) chmodSync(directory, mode | 0o111);
}

/**
 * Creates the parent in every hierarchy, and with CPUs: a runtime that creates the parent sets its CPUs later, and a
 * concurrent one would find no CPUs in between (cpusets(7)).
 */
function makeCgroup(cgroup: string): void {
  for (const hierarchy of hierarchies()) {
    const path = join(hierarchy, cgroup);
    mkdirSync(path);
    for (const file of ['cpuset.cpus', 'cpuset.mems'])
      if (existsSync(join(hierarchy, file)) && existsSync(join(path, file)))
        writeFileSync(join(path, file), readFileSync(join(hierarchy, file)));
  }
}
