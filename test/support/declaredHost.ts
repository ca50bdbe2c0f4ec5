/** What holds for each host that a file declares: tests that hosts of several kinds share. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { breakages } from './brokenFiles.ts';
import { assertShown, disturbedBy, type Edit, type Sections, stepsOf } from './hostEdits/edit.ts';
import type { Daemon } from './useDaemon.ts';

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
  /** Those of the numbers of steps after which pouchd is killed. */
  killedAt(steps: readonly number[]): readonly number[];
  /** Milliseconds until all is up after a start of pouchd. */
  readonly upWithinMs: number;
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

  /** The containers, with their processes. */
  async function found(except: ReadonlySet<string> = new Set()): Promise<string[]> {
    const listed = await daemon.it.client.containers.list({ all: true });
    const ids = listed.filter(({ Names }) => !except.has(nameOf(Names))).map(({ Id }) => Id);
    const all = await Promise.all(ids.map((id) => daemon.it.inspect(id)));
    return all.flatMap((one) => (one ? [`${one.Name} ${one.Id} ${one.State.Pid}`] : [])).toSorted();
  }

  it('comes up from nothing, and is then as declared', async () => {
    sections = structuredClone(host.sections);
    await write();
    assert.match(await ok('apply'), /, 0 failed, 0 left/);
    await host.works();
    assert.equal(await ok('apply'), 'nothing to do');
  });

  own();

  for (const { what, change, plan, shown = {} } of host.edits)
    it(`changes what an edit asks for, and no more: ${what}`, async () => {
      await change(sections, daemon);
      await write();
      const disturbed = disturbedBy(plan);
      const before = await found(disturbed);
      const dry = await pouch('apply', '--dry-run');
      const applied = await pouch('apply', '--prune', '--yes');
      assert.deepEqual(stepsOf(dry.stdout), plan, dry.stdout + dry.stderr);
      assert.equal(dry.exitCode, plan.length === 0 ? 0 : 2);
      assert.deepEqual(stepsOf(applied.stdout), plan, applied.stdout + applied.stderr);
      const held = plan.filter((step) => step.includes(' held'));
      assert.equal(applied.exitCode, held.length === 0 ? 0 : 1, applied.stdout + applied.stderr);
      const done = plan.length - held.length;
      if (done > 0) assert.match(applied.stdout, new RegExp(`: ${done} done, 0 failed, ${held.length} left`));
      assert.deepEqual(await found(disturbed), before);
      await assertShown(daemon, shown);
      const again = await pouch('apply');
      assert.deepEqual(stepsOf(again.stdout), held, again.stdout + again.stderr);
      if (held.length === 0) assert.equal(again.stdout, 'nothing to do\n');
    });

  it('does its work after all edits', () => host.works());

  it('keeps running with a file that is broken', async () => {
    const good = await readFile(daemon.it.configFile);
    const before = await found();
    for (const { what, broken, reported } of breakages(daemon.it.dir)) {
      const content = broken(good.toString());
      if (content === undefined) await rm(daemon.it.configFile);
      else await writeFile(daemon.it.configFile, content);
      const { exitCode, stdout, stderr } = await pouch('apply');
      assert.equal(exitCode, 1, what);
      assert.match(stdout + stderr, reported, what);
      assert.match((await pouch('status')).stdout, /not in force|broken/, what);
      assert.deepEqual(await found(), before, what);
    }
    await writeFile(daemon.it.configFile, good);
    assert.equal(await ok('apply'), 'nothing to do');
  });

  it('comes up after a reboot of the host', async () => {
    const ids = async () => (await found()).map((line) => line.split(' ', 2).join(' '));
    const before = await ids();
    await daemon.it.rebootHost();
    await isUp('after the reboot');
    assert.deepEqual(await ids(), before);
    await host.works();
    assert.equal(await ok('apply'), 'nothing to do');
  });

  it('continues when pouchd is killed at any step', async () => {
    // Which needs new ones.
    for (const words of Object.values(sections.containers))
      Object.assign(words, { domainname: 'killed', label: withKilled(words['label']) });
    await write();
    const steps = Array.from({ length: (await found()).length + 1 }, (_, count) => count);
    const client = spawn(join(resolve(import.meta.dirname, '../..'), 'bin/pouch'), ['apply'], {
      env: { ...process.env, POUCH_HOST: daemon.it.host },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    // Its first line is one of the plan.
    await once(client.stdout, 'data');
    let done: string[] = [];
    for (const step of host.killedAt(steps)) {
      const isDone = async () => (done = await replaced()).length >= step;
      assert.ok(await waitUntil(isDone, { withinMs: host.upWithinMs, everyMs: 20 }), `step ${step}`);
      await daemon.it.kill9();
      client.kill('SIGKILL');
      await daemon.it.start();
    }
    await isUp('killed');
    const now = new Set(await replaced());
    assert.deepEqual(
      done.filter((one) => !now.has(one)),
      [],
      'what was replaced is not replaced again',
    );
    assert.equal(await ok('apply'), 'nothing to do');
    await host.works();
  });

  it('gets a newer image, and keeps its data', async () => {
    // pouchd replaces the containers by itself.
    await ok('apply', '--pause');
    const expected = await host.refreshImage();
    const dry = await pouch('apply', '--dry-run');
    await ok('apply', '--resume');
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

  /** The containers that have been replaced. A start that was cut off by a kill may come again. */
  async function replaced(): Promise<string[]> {
    const listed = await daemon.it.client.containers.list({ all: true });
    return listed.flatMap(({ Id, Names, Labels, State }) => {
      const name = nameOf(Names);
      const isStarted = State !== 'created' || sections.containers[name]?.['schedule'] !== undefined;
      const isNew = Labels?.['killed'] === 'yes' && !name.endsWith('.next');
      return isNew && isStarted ? [`${name} ${Id}`] : [];
    });
  }
}

/** Labels in either form with one more. */
function withKilled(labels: unknown): unknown {
  return Array.isArray(labels) ? [...labels, 'killed=yes'] : { ...(labels as object), killed: 'yes' };
}

function nameOf(names: readonly string[]): string {
  return names[0]?.replace(/^\//, '') ?? '';
}

/** Gives the tag `busybox` a newer image. */
export async function renewBusybox({ ok }: Pick<Daemon, 'ok'>): Promise<void> {
  await ok('run', '--name', 'newer', '--network', 'none', 'busybox', 'touch', '/newer');
  await ok('commit', 'newer', 'busybox');
  await ok('rm', 'newer');
}
