import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { busyboxImage } from '../../scripts/lib/busyboxImage.ts';
import { removeCgroup } from './host/cgroups.ts';

/** Debian's dockerd with a network and a mount namespace of its own, and an image `busybox`. */
export class TestDockerd {
  readonly directory = mkdtempSync(join(tmpdir(), 'pouch-dockerd-'));
  readonly socket = join(this.directory, 'd.sock');
  /** For DOCKER_HOST and POUCH_HOST. */
  readonly host = `unix://${this.socket}`;
  readonly #cgroup = `/${basename(this.directory)}`;
  #daemon: ChildProcess | undefined;

  /** @param args further ones of dockerd, such as `--add-runtime` */
  static async start(...args: string[]): Promise<TestDockerd> {
    const dockerd = new TestDockerd();
    try {
      await dockerd.#start(args);
      await dockerd.#loadBusybox();
      return dockerd;
    } catch (error) {
      await dockerd.dispose();
      throw error;
    }
  }

  /** Ends it; containers that run end with it. */
  async dispose(): Promise<void> {
    if (this.#daemon && this.#daemon.exitCode === null) {
      const ended = once(this.#daemon, 'exit');
      this.#daemon.kill('SIGTERM');
      await ended;
    }
    await removeCgroup(this.#cgroup);
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  async #start(args: string[]): Promise<void> {
    const path = (name: string) => join(this.directory, name);
    // Else it keeps a key in /etc/docker.
    writeFileSync(path('daemon.json'), JSON.stringify({ 'deprecated-key-path': path('key.json') }));
    const paths = ['--config-file', path('daemon.json'), '--data-root', path('root')];
    const state = ['--exec-root', path('exec'), '--pidfile', path('pid'), '--cgroup-parent', this.#cgroup];
    const daemon = ['dockerd', ...paths, ...state, '-H', this.host, '--storage-driver', 'vfs', ...args];
    const loopbackFirst = 'ip link set lo up; exec "$@"';
    this.#daemon = spawn('unshare', ['--net', '--mount', 'sh', '-c', loopbackFirst, 'sh', ...daemon], {
      stdio: 'ignore',
      // When its containerd is slow to respond, dockerd has that write its stacks there.
      env: { ...process.env, TMPDIR: this.directory },
    });
    const responds = async () =>
      existsSync(this.socket) &&
      !(await execa('docker', ['-H', this.host, 'version'], { reject: false })).failed;
    if (!(await waitUntil(responds, { withinMs: 30_000, everyMs: 100 })))
      throw new Error('dockerd did not respond within 30 seconds');
  }

  async #loadBusybox(): Promise<void> {
    // Of this age it loads no OCI archives.
    const [oci, archive] = [join(this.directory, 'oci.tar'), join(this.directory, 'docker.tar')];
    await busyboxImage(oci);
    await execa('skopeo', ['copy', `oci-archive:${oci}`, `docker-archive:${archive}:busybox:latest`]);
    await execa('docker', ['-H', this.host, 'load', '-i', archive]);
  }
}
