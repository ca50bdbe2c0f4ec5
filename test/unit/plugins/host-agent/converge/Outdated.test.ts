import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContainerRecord, PlanChange } from '../../../../../hooks/index.ts';
import { Outdated } from '../../../../../plugins/host-agent/converge/Outdated.ts';
import { BasisFile } from '../../../../../plugins/host-agent/history/BasisFile.ts';

const change: PlanChange = { field: 'labels.team', from: 'a', to: 'b', applies: 'now' };
const record = (id: string, more: object = {}) =>
  ({
    id,
    name: id,
    request: {},
    draft: { image: { id: 'i' } },
    degraded: [],
    ...more,
  }) as unknown as ContainerRecord;
const [web, db] = [record('web'), record('db')];

describe('declared containers that other plugins have planned', () => {
  let root: string;
  let basis: string;
  /** Ids that were planned again. */
  let planned: string[];
  let found: Record<string, readonly PlanChange[] | Error>;
  let warnings: number;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'outdated-'));
    [basis, planned, found, warnings] = ['first', [], {}, 0];
  });
  afterEach(() => rm(root, { recursive: true }));

  const open = () =>
    new Outdated({
      key: 'key',
      log: { warn: () => void warnings++ },
      file: new BasisFile(root),
      containers: {
        planBasis: () => basis,
        async outdated(id) {
          planned.push(id);
          const changes = found[id] ?? [];
          if (changes instanceof Error) throw changes;
          return [...changes];
        },
      },
    });
  /** Of a host that was converged with the plugins of `basis`. */
  async function settled(): Promise<Outdated> {
    const outdated = open();
    assert.equal((await outdated.changesOf([web, db])).size, 0);
    await outdated.note();
    return outdated;
  }

  it('are not planned again while plugins and settings stay, also by the next pouchd', async () => {
    await settled();
    const next = open();
    assert.equal((await next.changesOf([web, db])).size, 0);
    assert.deepEqual(planned, []);
    assert.deepEqual(await readdir(join(root, 'host-agent')), ['plan-basis.json']);
  });

  it('are planned once after a change, until they have it', async () => {
    const outdated = await settled();
    [basis, found] = ['second', { web: [change] }];
    for (let i = 0; i < 2; i++) {
      assert.deepEqual([...(await outdated.changesOf([web, db]))], [['web', [change]]]);
      await outdated.note();
    }
    assert.deepEqual(planned, ['web', 'db']);
    found = {};
    assert.equal(
      (await outdated.changesOf([record('web', { draft: { labels: { team: 'b' } } }), db])).size,
      0,
    );
    await outdated.note();
    assert.deepEqual(planned, ['web', 'db', 'web']);
    assert.equal((await open().changesOf([web])).size, 0);
    assert.deepEqual(planned, ['web', 'db', 'web']);
  });

  it('are planned by the next pouchd, if this one has not changed them', async () => {
    await settled();
    [basis, found] = ['second', { web: [change] }];
    assert.equal((await open().changesOf([web])).size, 1);
    assert.equal((await open().changesOf([web])).size, 1);
  });

  it('stay while a plugin fails, and are planned again after each converge', async () => {
    const outdated = await settled();
    [basis, found] = ['second', { web: new Error('it is missing') }];
    for (let i = 0; i < 2; i++) assert.equal((await outdated.changesOf([web, db])).size, 0);
    assert.deepEqual([planned, warnings], [['web', 'db'], 1]);
    await outdated.note();
    found = { web: [change] };
    assert.equal((await outdated.changesOf([web, db])).size, 1);
    assert.deepEqual(planned, ['web', 'db', 'web']);
  });

  for (const isRestarted of [false, true])
    it(`are planned again with the plugins of before, as some were made without them${isRestarted ? ', also by the next pouchd' : ''}`, async () => {
      let outdated = await settled();
      [basis, found] = ['without a plugin', { web: new Error('it is missing') }];
      assert.equal((await outdated.changesOf([web, db])).size, 0);
      await outdated.note();
      [basis, found] = ['first', { fresh: [change] }];
      if (isRestarted) outdated = open();
      assert.deepEqual([...(await outdated.changesOf([web, record('fresh')]))], [['fresh', [change]]]);
      found = {};
      const fresh = record('fresh', { draft: { labels: { team: 'b' } } });
      assert.equal((await outdated.changesOf([web, fresh])).size, 0);
      await outdated.note();
      planned = [];
      assert.equal((await open().changesOf([web, fresh])).size, 0);
      assert.deepEqual(planned, []);
    });

  it('are taken to be up to date where nothing is noted, or the file is damaged', async () => {
    await settled();
    await writeFile(join(root, 'host-agent/plan-basis.json'), '{');
    [basis, found] = ['second', { web: [change] }];
    assert.equal((await open().changesOf([web])).size, 0);
  });
});
