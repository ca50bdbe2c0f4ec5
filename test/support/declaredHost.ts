/** What holds for each host that a file declares: tests that hosts of several kinds share. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { breakages } from './brokenFiles.ts';
import type { Daemon } from './useDaemon.ts';

type Objects = Record<string, Record<string, unknown>>;

/** The sections of a file. That of the containers comes last. */
export interface Sections {
  profiles?: Objects;
  networks?: Objects;
  volumes?: Record<string, Record<string, unknown> | null>;
  images?: Objects;
  containers: Objects;
}

/** One change of the file. */
export interface Edit {
  readonly what: string;
  change(sections: Sections): void;
  /** The steps of its plan, as {@link stepsOf} returns them. */
  readonly plan: readonly string[];
}

export interface DriftByHand {
  /** Arguments of `pouch`. */
  readonly commands: readonly (readonly string[])[];
  readonly reported: RegExp;
}

export interface DeclaredHost {
  /** The file as it is first. */
  readonly sections: Sections;
  readonly edits: readonly Edit[];
  /** Fails unless the applications do what they are for. */
  works(): Promise<void>;
  /** Makes a newer image under a tag that the file names. Resolves to the steps to it. */
  refreshImage(): Promise<readonly string[]>;
  readonly drift: DriftByHand;
  /** Numbers of steps after which pouchd is killed. */
  readonly killedAt: readonly number[];
  /** Milliseconds until all is up after a start of pouchd. */
  readonly upWithinMs: number;
}

/** The steps of a dry run: `± container web: recreate user image`, without where they come from. */
export function stepsOf(output: string): string[] {
  const steps: string[] = [];
  for (const line of output.split('\n')) {
    const head = /^(\S \w+ \S+: \w+)/.exec(line)?.[1];
    const field = /^ {4}(\S+): .* -> /.exec(line)?.[1];
    if (head !== undefined) steps.push(head);
    else if (field !== undefined) steps.push(`${steps.pop()} ${field}`);
    else if (line.startsWith('!')) steps.push(line);
  }
  return steps;
}

/**
 * Defines the tests, in their order: each has the host as the one before left it. `own` defines those of this host,
 * which come once it is up.
 */
export function testDeclaredHost(
  daemon: Daemon,
  host: DeclaredHost,
  own: () => void = () => undefined,
): void {
  const { pouch, ok } = daemon;
  let sections: Sections;

  async function write(): Promise<void> {
    const { containers, ...others } = sections;
    await daemon.it.configure(stringify({ ...others, containers }, { aliasDuplicateObjects: false }));
  }

  async function isUp(what: string): Promise<void> {
    let output = '';
    const isAsDeclared = async () =>
      /^(\d+) of \1 declared objects are as declared/.test((output = (await pouch('status')).stdout));
    assert.ok(await waitUntil(isAsDeclared, { withinMs: host.upWithinMs }), `${what}:\n${output}`);
  }

  /** The containers that run, with their processes. */
  async function running(): Promise<string[]> {
    const names = Object.keys(sections.containers);
    const found = await Promise.all(names.map((name) => daemon.it.inspect(name)));
    return found.flatMap((one) => (one ? [`${one.Name} ${one.Id} ${one.State.Pid}`] : []));
  }

  it('comes up from nothing, and is then as declared', async () => {
    sections = structuredClone(host.sections);
    await write();
    assert.match(await ok('apply'), /, 0 failed, 0 left/);
    await host.works();
    assert.equal(await ok('apply'), 'nothing to do');
  });

  own();

  for (const { what, change, plan } of host.edits)
    it(`changes what an edit asks for, and no more: ${what}`, async () => {
      change(sections);
      await write();
      const before = await running();
      const dry = await pouch('apply', '--dry-run');
      const applied = await pouch('apply', '--prune', '--yes');
      assert.equal(applied.exitCode, 0, applied.stdout + applied.stderr);
      assert.deepEqual(stepsOf(dry.stdout), plan, dry.stdout + dry.stderr);
      assert.equal(dry.exitCode, plan.length === 0 ? 0 : 2);
      if (plan.every((step) => /^~ \w+ \S+: change /.test(step))) assert.deepEqual(await running(), before);
      assert.equal(await ok('apply'), 'nothing to do');
    });

  it('does its work after all edits', () => host.works());

  it('keeps running with a file that is broken', async () => {
    const good = await readFile(daemon.it.configFile);
    const before = await running();
    for (const { what, broken, reported } of breakages(daemon.it.dir)) {
      const content = broken(good.toString());
      if (content === undefined) await rm(daemon.it.configFile);
      else await writeFile(daemon.it.configFile, content);
      const { exitCode, stdout, stderr } = await pouch('apply');
      assert.equal(exitCode, 1, what);
      assert.match(stdout + stderr, reported, what);
      assert.match((await pouch('status')).stdout, /not in force|broken/, what);
      assert.deepEqual(await running(), before, what);
    }
    await writeFile(daemon.it.configFile, good);
    assert.equal(await ok('apply'), 'nothing to do');
  });

  it('comes up after a reboot of the host', async () => {
    const ids = async () => (await running()).map((line) => line.split(' ', 2).join(' '));
    const before = await ids();
    await daemon.it.rebootHost();
    await isUp('after the reboot');
    assert.deepEqual(await ids(), before);
    await host.works();
    assert.equal(await ok('apply'), 'nothing to do');
  });

  it('continues when pouchd is killed at any step', async () => {
    for (const step of host.killedAt) {
      // Which needs new ones.
      for (const words of Object.values(sections.containers)) words['domainname'] = `killed-${step}`;
      await write();
      await killedAt(step);
      await daemon.it.start();
      await isUp(`killed at step ${step}`);
      assert.equal(await ok('apply'), 'nothing to do');
      await host.works();
    }
  });

  it('gets a newer image, and keeps its data', async () => {
    const expected = await host.refreshImage();
    const dry = await pouch('apply', '--dry-run');
    assert.deepEqual(stepsOf(dry.stdout), expected, dry.stdout);
    await ok('apply');
    await host.works();
    assert.equal(await ok('apply'), 'nothing to do');
  });

  it('rolls back, and forward again', async () => {
    const [name] = Object.keys(sections.containers);
    const labelOf = async () => (await daemon.it.inspect(name!))!.Config.Labels?.['release'];
    for (const release of ['1', '2']) {
      sections.containers[name!]!['label'] = { release };
      await write();
      await ok('apply');
    }
    await ok('rollback');
    assert.equal(await labelOf(), '1');
    await host.works();
    await ok('apply');
    assert.equal(await labelOf(), '2');
    await host.works();
  });

  it('shows what was changed by hand, and undoes it', async () => {
    const { commands, reported } = host.drift;
    for (const command of commands) await ok(...command);
    const { exitCode, stdout } = await pouch('drift');
    assert.equal(exitCode, 1, stdout);
    assert.match(stdout, reported);
    await ok('apply');
    assert.equal(await ok('drift'), '');
    await host.works();
  });

  it('removes what is no longer declared', async () => {
    sections = { containers: {} };
    await write();
    assert.equal((await pouch('apply')).exitCode, 1);
    await ok('apply', '--prune', '--yes');
    assert.deepEqual(await daemon.it.client.containers.list({ all: true }), []);
  });

  /** Kills pouchd once an apply has reported as many steps as done, or has ended. */
  async function killedAt(step: number): Promise<void> {
    const child = spawn(join(resolve(import.meta.dirname, '../..'), 'bin/pouch'), ['apply'], {
      env: { ...process.env, POUCH_HOST: daemon.it.host },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let done = 0;
    for await (const line of createInterface(child.stdout)) {
      if (/ done$/.test(line)) done += 1;
      // The plan comes first.
      if (done >= step && line !== '') break;
    }
    await daemon.it.kill9();
    child.kill('SIGKILL');
  }
}

/** Gives the tag `busybox` a newer image. */
export async function renewBusybox({ ok }: Pick<Daemon, 'ok'>): Promise<void> {
  await ok('run', '--name', 'newer', '--network', 'none', 'busybox', 'touch', '/newer');
  await ok('commit', 'newer', 'busybox');
  await ok('rm', 'newer');
}
