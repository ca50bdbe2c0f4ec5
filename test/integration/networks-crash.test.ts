import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { someOf } from '../support/someOf.ts';
import { useDaemon } from '../support/useDaemon.ts';

const steps = ['record', 'driver', 'commit'].flatMap((step) =>
  ['before', 'after'].map((moment) => ({ moment, step })),
);

const kinds = ['bridge', 'macvlan'] as const;
type Kind = (typeof kinds)[number];

const interfaceOf = (kind: Kind, id: string) =>
  `/sys/class/net/${kind === 'bridge' ? 'br' : 'dm'}-${id.slice(0, 12)}`;

describe('pouchd, killed at a step of a network', function () {
  this.timeout(240_000);
  this.slow(30_000);
  const daemon = useDaemon();
  const { pouch, ok } = daemon;
  const idOf = async () =>
    (await daemon.it.client.networks.list()).find(({ Name }) => Name === 'fragile')?.Id;
  const subnet = `198.18.${process.pid % 200}.0/28`;
  const create = (kind: Kind) => ['network', 'create', '-d', kind, '--subnet', subnet, 'fragile'];

  async function killedAt(failpoint: string, ...command: string[]): Promise<void> {
    await daemon.it.restart({ failpoint });
    await pouch(...command);
    assert.equal(await daemon.it.ended(), 'SIGKILL', failpoint);
    await daemon.it.start();
    await settled();
  }

  /** The next daemon undoes an unfinished create, and completes a removal. */
  async function settled(): Promise<void> {
    const directory = join(daemon.it.root, 'networks');
    const records = async () => await readdir(directory).catch(() => []);
    const isSettled = async () => {
      const files = (await records()).filter((file) => file.endsWith('.json'));
      // One that is removed meanwhile reads as nothing.
      const texts = await Promise.all(
        files.map((file) => readFile(join(directory, file), 'utf8').catch(() => '')),
      );
      return texts.every((text) => !text.includes('"unfinished"'));
    };
    assert.ok(await waitUntil(isSettled, { withinMs: 20_000 }));
    // Its record is gone before it is no longer listed.
    await waitUntil(async () => ((await idOf()) === undefined) === ((await records()).length === 0), {
      withinMs: 5_000,
    });
  }

  /** Whether it exists is what the record says, and the same call works again. */
  async function check(before: ReadonlySet<string>, kind: Kind, exists: boolean): Promise<void> {
    const id = await idOf();
    assert.equal(id !== undefined, exists);
    if (id === undefined) assert.deepEqual(await daemon.it.leftovers(before), []);
    else assert.ok(existsSync(interfaceOf(kind, id)));
  }

  for (const kind of kinds) {
    it(`of the driver ${kind}: a create is undone until it is committed`, async () => {
      const before = await daemon.it.inventory();
      for (const { moment, step } of someOf(steps, `create ${kind}`)) {
        await killedAt(`${moment}:network-create:${step}`, ...create(kind));
        const isCommitted = moment === 'after' && step === 'commit';
        await check(before, kind, isCommitted);
        if (!isCommitted) await ok(...create(kind));
        await ok('run', '--rm', '--network', 'fragile', 'busybox', 'true');
        await ok('network', 'rm', 'fragile');
        assert.deepEqual(await daemon.it.leftovers(before), [], `${moment} ${step}`);
      }
    });

    it(`of the driver ${kind}: a removal is finished once it is recorded`, async () => {
      const before = await daemon.it.inventory();
      for (const { moment, step } of someOf(steps, `remove ${kind}`)) {
        await ok(...create(kind));
        await killedAt(`${moment}:network-remove:${step}`, 'network', 'rm', 'fragile');
        const isRecorded = moment === 'after' || step !== 'record';
        await check(before, kind, !isRecorded);
        if (!isRecorded) await ok('network', 'rm', 'fragile');
        assert.deepEqual(await daemon.it.leftovers(before), [], `${moment} ${step}`);
      }
    });
  }

  it('and again while the next daemon undoes it', async () => {
    const before = await daemon.it.inventory();
    const moments = [
      'before:network-remove:driver',
      'after:network-remove:driver',
      'before:network-remove:commit',
    ];
    for (const failpoint of someOf(moments, 'recovery')) {
      await daemon.it.restart({ failpoint: 'after:network-create:driver' });
      await pouch(...create('bridge'));
      assert.equal(await daemon.it.ended(), 'SIGKILL');
      await daemon.it.start({ failpoint }).catch(() => undefined);
      assert.equal(await daemon.it.ended(), 'SIGKILL', failpoint);
      await daemon.it.start();
      await settled();
      await check(before, 'bridge', false);
      await ok(...create('bridge'));
      await ok('network', 'rm', 'fragile');
    }
  });
});
