import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { record } from './record.ts';
import { readSpec } from './spec.ts';

/** A process that outlives the shim, in the cgroup that kata puts a VM's hypervisor into. */
export function leaveHypervisor(bundle: string): void {
  const path = readSpec(bundle).linux.cgroupsPath ?? '';
  const v1 = '/sys/fs/cgroup/pids';
  const root = existsSync(v1) ? v1 : '/sys/fs/cgroup';
  const cgroup = join(root, dirname(path), `kata_${basename(path)}`);
  mkdirSync(cgroup, { recursive: true });
  const { pid } = spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' });
  writeFileSync(join(cgroup, 'cgroup.procs'), String(pid));
}

/** The process whose end is the end of the VM, unless the shim has ended it. It does not outlive the shim. */
export class Hypervisor {
  readonly #child = spawn('setpriv', ['--pdeathsig', 'KILL', 'sleep', '1000'], { stdio: 'ignore' });
  #isStopped = false;

  constructor(onLost: () => void) {
    record({ call: 'hypervisor', pid: this.#child.pid });
    void once(this.#child, 'exit').then(() => {
      if (!this.#isStopped) onLost();
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#child.kill('SIGKILL');
  }
}
