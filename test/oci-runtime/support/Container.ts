import assert from 'node:assert/strict';
import { chmodSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { call, until, type Called, type CallOptions } from './call.ts';
import type { Runtime } from './runtimes.ts';
import { plainSpec, type Spec } from './spec.ts';

/** The runtime's state of a container (runtime.md#state). */
export interface State {
  ociVersion: string;
  id: string;
  status: string;
  pid?: number;
  bundle: string;
  annotations?: Record<string, string>;
}

/** Paths of a container's files and cgroups. */
export interface Place {
  /** The container's directory. */
  directory: string;
  /** The runtime's --root. */
  root: string;
  /** Executables for its rootfs. */
  executables: string;
  cgroup: string;
}

/** A container's bundle, and the runtime's verbs for it. */
export class Container {
  readonly id: string;
  readonly runtime: Runtime;
  readonly place: Place;
  readonly spec: Spec;
  /** Number of calls; each has its own files. */
  #calls = 0;

  constructor(id: string, runtime: Runtime, place: Place) {
    this.id = id;
    this.runtime = runtime;
    this.place = place;
    this.spec = plainSpec(place.cgroup);
    makeRootfs(this.rootfs, place.executables);
  }

  get rootfs(): string {
    return this.path('rootfs');
  }

  /** A path in the bundle. */
  path(...names: string[]): string {
    return join(this.place.directory, ...names);
  }

  /** A path in the rootfs, as the host sees it. */
  inside(...names: string[]): string {
    return join(this.rootfs, ...names);
  }

  /** The output of the process so far. */
  get output(): string {
    return readFileSync(this.path('create.out'), 'utf8');
  }

  /** The runtime's log, in JSON lines. */
  get log(): string {
    return readFileSync(this.path('log'), { encoding: 'utf8', flag: 'a+' });
  }

  /** Calls the runtime with any arguments. `stderr` of the result includes the log, since errors may be in either. */
  async call(args: readonly string[], options: Partial<CallOptions> = {}): Promise<Called> {
    const logged = this.log.length;
    const output = options.output ?? this.path(`${this.#calls++}`);
    const globals = ['--root', this.place.root, '--log', this.path('log'), '--log-format', 'json'];
    const called = await call(this.runtime.path, [...globals, ...args], { ...options, output });
    return { ...called, stderr: called.stderr + this.log.slice(logged) };
  }

  write(): void {
    writeFileSync(this.path('config.json'), JSON.stringify(this.spec, null, 1));
  }

  /** `run` in the foreground. */
  async run(options: Partial<CallOptions> = {}, ...flags: string[]): Promise<Called> {
    this.write();
    return this.call(['run', '--bundle', this.place.directory, ...flags, this.id], options);
  }

  /** `create`; the process's output is written to `output`. */
  async create(...flags: string[]): Promise<Called> {
    this.write();
    const args = ['create', '--bundle', this.place.directory, ...flags, this.id];
    return this.call(args, { output: this.path('create') });
  }

  async created(...flags: string[]): Promise<void> {
    succeeded(await this.create(...flags));
  }

  /** Creates and starts the container, with a script that reports when it is ready, and continues. */
  async running(script = 'echo ready; exec sleep 1000', ...flags: string[]): Promise<void> {
    this.spec.process.args = ['/bin/sh', '-c', script];
    await this.created(...flags);
    await this.started();
    await until('the process says that it is ready', () => this.output.includes('ready'));
  }

  /** Created and started, and its process has ended. */
  async ended(): Promise<void> {
    this.spec.process.args = ['/bin/sh', '-c', 'exit 3'];
    await this.created();
    await this.started();
    await this.becomes('stopped');
  }

  start(): Promise<Called> {
    return this.call(['start', this.id]);
  }

  async started(): Promise<void> {
    succeeded(await this.start());
  }

  async state(): Promise<State> {
    return JSON.parse(succeeded(await this.call(['state', this.id])).stdout) as State;
  }

  async status(): Promise<string> {
    return (await this.state()).status;
  }

  async becomes(status: string): Promise<void> {
    await until(`the container is ${status}`, async () => (await this.status()) === status);
  }

  kill(signal: string, ...flags: string[]): Promise<Called> {
    return this.call(['kill', ...flags, this.id, signal]);
  }

  delete(...flags: string[]): Promise<Called> {
    return this.call(['delete', ...flags, this.id]);
  }

  /** Killed and deleted; both must succeed. */
  async removed(): Promise<void> {
    succeeded(await this.kill('KILL'));
    await this.becomes('stopped');
    succeeded(await this.delete());
  }

  /** `exec` of a command in the foreground. */
  exec(
    args: readonly string[],
    flags: readonly string[] = [],
    options: Partial<CallOptions> = {},
  ): Promise<Called> {
    return this.call(['exec', ...flags, this.id, ...args], options);
  }

  /** The output of a shell script by `exec`. */
  async sh(script: string): Promise<string> {
    return succeeded(await this.exec(['/bin/sh', '-c', script])).stdout.trimEnd();
  }
}

/** The call must have succeeded. */
export function succeeded(called: Called): Called {
  assert.equal(called.code, 0, `${called.command}: exited with ${called.code}: ${called.stderr}`);
  return called;
}

/** The call must have failed, with a message. */
export function failed(called: Called, message: RegExp): Called {
  assert.notEqual(called.code, 0, `${called.command}: succeeded: ${called.stdout}`);
  assert.match(called.stderr, message);
  return called;
}

/** busybox with its shell, in which every applet is at hand, and the probe. */
function makeRootfs(rootfs: string, executables: string): void {
  mkdirSync(rootfs, { recursive: true, mode: 0o755 });
  for (const name of ['bin', 'dev', 'etc', 'mnt', 'proc', 'run', 'sys', 'tmp']) mkdirSync(join(rootfs, name));
  for (const name of ['busybox', 'probe']) linkSync(join(executables, name), join(rootfs, 'bin', name));
  for (const name of ['sh', 'cat', 'sleep']) symlinkSync('busybox', join(rootfs, 'bin', name));
  chmodSync(join(rootfs, 'tmp'), 0o1777);
}
