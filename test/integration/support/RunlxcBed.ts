import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { execa } from 'execa';
import { waitUntil } from '../../../core/wait/waitUntil.ts';
import { busyboxRootfs, busyboxSpec } from './busybox.ts';

const runlxc = resolve(import.meta.dirname, '../../../bin/runlxc');

interface Spec {
  process: { args: string[]; capabilities?: Record<string, string[]> };
  mounts: { destination: string; type: string; source: string; options: string[] }[];
  hooks?: Record<string, { path: string; args?: string[] }[]>;
  linux: { cgroupsPath: string };
}

/** A --root of its own, bundles of busybox, and a check for leftovers on the host. */
export class RunlxcBed {
  readonly dir: string;
  readonly root: string;
  readonly #parent: string;

  private constructor(dir: string) {
    this.dir = dir;
    this.root = join(dir, 'state');
    this.#parent = `pouch-${basename(dir)}`;
  }

  static async make(): Promise<RunlxcBed> {
    const bed = new RunlxcBed(await mkdtemp(join(tmpdir(), 'rlxc-')));
    await busyboxRootfs(join(bed.dir, 'rootfs'));
    return bed;
  }

  /** Writes the bundle of a container; returns its directory. */
  async bundle(id: string, args: string[], edit: (spec: Spec) => void = () => undefined): Promise<string> {
    const spec = busyboxSpec(args, `/${this.#parent}/${id}`) as Spec & { root: { path: string } };
    spec.root.path = join(this.dir, 'rootfs');
    edit(spec);
    const bundle = join(this.dir, `bundle-${id}`);
    await mkdir(bundle, { recursive: true });
    await writeFile(join(bundle, 'config.json'), JSON.stringify(spec));
    return bundle;
  }

  async call(...args: string[]) {
    return await this.callBelow([], ...args);
  }

  commandLine(...args: string[]): string[] {
    return [runlxc, '--root', this.root, ...args];
  }

  /** The same below another program, which executes what follows its own arguments. */
  async callBelow(wrapper: string[], ...args: string[]) {
    const [file = '', ...rest] = [...wrapper, ...this.commandLine(...args)];
    return await execa(file, rest, {
      reject: false,
      stdin: 'ignore',
      timeout: 20_000,
      killSignal: 'SIGKILL',
    });
  }

  /** Starts a call that is not waited for. */
  begin(...args: string[]): ChildProcess {
    return spawn(runlxc, ['--root', this.root, ...args], { stdio: 'ignore' });
  }

  async create(id: string, bundle: string): Promise<void> {
    // A pipe would be the container's, and waited for.
    const log = join(this.dir, `${id}.log`);
    await rm(log, { force: true });
    const args = [
      '--root',
      this.root,
      '--log',
      log,
      'create',
      '--bundle',
      bundle,
      '--pid-file',
      this.pidFile(id),
      id,
    ];
    const { exitCode } = await execa(runlxc, args, { stdio: 'ignore', reject: false, timeout: 20_000 });
    if (exitCode !== 0) throw new Error(await readFile(log, 'utf8'));
  }

  async state(id: string): Promise<{ status: string; pid: number }> {
    const { stdout, stderr } = await this.call('state', id);
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as { status: string; pid: number };
  }

  async until(id: string, status: string): Promise<void> {
    const deadline = performance.now() + 10_000;
    let found = '';
    while (performance.now() < deadline) {
      found = (await this.state(id)).status;
      if (found === status) return;
    }
    throw new Error(`${id} is ${found}, not ${status}`);
  }

  pidFile(id: string): string {
    return join(this.dir, `${id}.pid`);
  }

  async monitorOf(id: string): Promise<number> {
    return Number(await readFile(this.pidFile(id), 'utf8'));
  }

  /** Waits for a file of a container's directory, as fast as can be seen. */
  async untilFile(id: string, name: string): Promise<void> {
    const file = join(this.root, id, name);
    if (!(await waitUntil(() => existsSync(file), { withinMs: 30_000, everyMs: 0 })))
      throw new Error(`${file} has not come`);
  }

  /** All of a container that is on the host: processes, cgroups, files, mounts. */
  leftovers(id: string): string[] {
    const cgroups = readdirSync('/sys/fs/cgroup')
      .map((name) => join('/sys/fs/cgroup', name, this.#parent, id))
      .filter((path) => existsSync(path));
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .filter((line) => line.includes(this.dir));
    const processes = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => commandLine(name))
      .filter((line) => line.includes(join(this.root, id)));
    const files = existsSync(join(this.root, id)) ? [join(this.root, id)] : [];
    return [...cgroups, ...mounts, ...processes, ...files];
  }

  /** Ends all, whatever state a test left. */
  async remove(): Promise<void> {
    const ids = existsSync(this.root) ? readdirSync(this.root) : [];
    for (const id of ids) await this.call('delete', '--force', id);
    await this.#removeCgroups();
    await rm(this.dir, { recursive: true, force: true });
  }

  async #removeCgroups(): Promise<void> {
    const paths = readdirSync('/sys/fs/cgroup').map((name) => join('/sys/fs/cgroup', name, this.#parent));
    await execa('rmdir', paths, { reject: false });
  }
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
