import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { standIn } from '../../../../core/lifecycle/damaged/standIn.ts';
import { recordForm } from '../../../../core/state/containerRecord.ts';
import { ContainerStore } from '../../../../core/state/ContainerStore.ts';
import { problemIn, toStored } from '../../../../core/state/stored.ts';
import type { ContainerRecord } from '../../../../hooks/engine.ts';
import { toInspect } from '../../../../plugins/engine-api/translate/container/inspect.ts';
import { toSummary } from '../../../../plugins/engine-api/translate/container/summary.ts';
import { seededRandom, type SeededRandom } from '../../../support/seededRandom.ts';
import { fullRecord } from '../fullRecord.ts';
import { planConfig } from '../plan/support.ts';
import { temporaryDirectory } from '../temporaryDirectory.ts';

const rounds = 500;
const id = 'ab'.repeat(32);

describe('a config.json with random damage', function () {
  this.timeout(60_000);
  const directory = temporaryDirectory();

  it('is loaded or set aside, is never removed, and can always be shown', async () => {
    const random = seededRandom();
    const store = new ContainerStore(directory.path);
    await store.load();
    mkdirSync(store.directoryOf(id));
    const record = fullRecord(id, store.directoryOf(id), { attachments: { 'network.eth0': attachment } });
    const text = toStored(record, recordForm);
    let damagedRounds = 0;
    for (let round = 0; round < rounds; round += 1) {
      const damaged = damage(text, random);
      const where = `seed ${random.seed}, round ${round}: ${damaged.slice(0, 2000)}`;
      writeFileSync(`${store.directoryOf(id)}/config.json`, damaged);
      const shown = await loaded(directory.path, where);
      if (shown.damage) damagedRounds += 1;
      assert.equal(problemIn(shown, recordForm.schema), undefined, where);
      assert.equal(shown.id, id, where);
      toSummary(shown, 0);
      toInspect(shown);
    }
    assert.ok(damagedRounds > rounds / 2, `only ${damagedRounds} of ${rounds} were found damaged`);
  });

  /** What a daemon would show of it. */
  async function loaded(root: string, where: string): Promise<ContainerRecord> {
    const store = new ContainerStore(root);
    const { recordless, damaged } = await store.load();
    assert.deepEqual(recordless, [], where);
    const [found] = damaged;
    if (!found) return store.find(id);
    assert.equal(store.has(id), false, where);
    const evidence = {
      id,
      directory: store.directoryOf(id),
      damage: { path: '', problem: found.read.problem, hint: '' },
      found: found.read.state === 'damaged' ? found.read.found : undefined,
      pid: 0,
    };
    return await standIn(evidence, planConfig);
  }
});

const attachment = {
  network: 'bridge',
  interface: 'eth0',
  ip: '10.0.0.2',
  prefixLength: 24,
  ports: [{ containerPort: 80, protocol: 'tcp', hostIp: '', hostPort: 8080 }],
};

/** Of the text, or of one value in it. */
function damage(text: string, random: SeededRandom): string {
  const at = random.below(text.length);
  const kinds = [
    () => text.slice(0, at),
    () => text.slice(0, at) + String.fromCharCode(random.below(128)) + text.slice(at + 1),
    () => text.slice(0, at) + text.slice(at + random.below(200)),
    () => withOther(text, random),
    () => withOther(text, random),
    () => withOther(withOther(text, random), random),
  ];
  return kinds[random.below(kinds.length)]!();
}

const values = [null, true, -1, 1.5, 'x', '', [], {}, [null], { a: null }];

/** Replaces or removes a random value. */
function withOther(text: string, random: SeededRandom): string {
  const root = JSON.parse(text) as Record<string, unknown>;
  let parent = root;
  for (;;) {
    const keys = Object.keys(parent);
    if (keys.length === 0) return JSON.stringify(root);
    const key = keys[random.below(keys.length)]!;
    const child = parent[key];
    const deeper = typeof child === 'object' && child !== null && random.below(3) > 0;
    if (deeper) parent = child as Record<string, unknown>;
    else {
      if (random.below(4) === 0) delete parent[key];
      else parent[key] = values[random.below(values.length)];
      return JSON.stringify(root);
    }
  }
}
