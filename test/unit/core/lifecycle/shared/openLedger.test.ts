import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLedger } from '../../../../../core/lifecycle/shared/openLedger.ts';
import { ContainerStore } from '../../../../../core/state/ContainerStore.ts';
import type { EffectKind } from '../../../../../hooks/effectKind.ts';
import type { ContainerRecord } from '../../../../../hooks/engine.ts';
import { fullRecord } from '../../fullRecord.ts';
import { temporaryDirectory } from '../../temporaryDirectory.ts';

const id = 'ab'.repeat(32);

describe('the ledger of a container', () => {
  const directory = temporaryDirectory();
  let store: ContainerStore;
  let undone: unknown[] = [];
  const logged: string[] = [];
  const path = () => join(store.directoryOf(id), 'journal.jsonl');

  beforeEach(async () => {
    store = new ContainerStore(directory.path);
    await store.load();
    mkdirSync(store.directoryOf(id));
    undone = [];
    logged.length = 0;
  });

  const kindOf = (kind: string): EffectKind => ({
    kind,
    describe: () => '',
    apply: () => Promise.resolve(undefined),
    undo: (args, result) => Promise.resolve(void undone.push(result === undefined ? kind : [kind, result])),
  });

  function open() {
    const ignore = () => undefined;
    const log = {
      debug: ignore,
      info: ignore,
      warn: ignore,
      error: (text: string) => void logged.push(text),
    };
    return openLedger({ store, log, prepared: new Set([id]) }, id, {
      kinds: { toApply: kindOf, toUndo: kindOf },
    });
  }

  function add(status: ContainerRecord['state']['status']): ContainerRecord {
    const record = fullRecord(id, store.directoryOf(id));
    Object.assign(record.state, { status, startedAt: status === 'created' ? '' : '2026-01-01T00:00:00Z' });
    store.add(record);
    return record;
  }

  const lines = (...entries: unknown[]) => entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  const intent = (key: string, stage: string) => ({ event: 'intent', key, kind: key, stage, args: {} });
  const begin = (op: string) => ({ event: 'begin', op, time: '' });
  const commit = (op: string) => ({ event: 'commit', op });
  const created = [
    begin('create'),
    intent('snapshot', 'create'),
    { event: 'done', key: 'snapshot' },
    commit('create'),
  ];
  const started = ['netns', 'task'].flatMap((key) => [
    intent(key, 'start'),
    { event: 'done', key, result: `made ${key}` },
  ]);

  it('is as its journal says', async () => {
    add('running');
    writeFileSync(path(), lines(...created, begin('start'), ...started, commit('start')));
    const ledger = await open();
    assert.deepEqual(ledger.pending('start'), ['netns', 'task']);
    assert.deepEqual(logged, []);
    ledger.close();
  });

  const damages: Record<string, string | undefined> = {
    'is empty': '',
    'has a null line': `null\n${lines(...created)}`,
    'has a garbled line': `${lines(...created.slice(0, 1))}{"event":"int%%\n${lines(...created.slice(2))}`,
    'has lost what was begun': lines(created[0], { event: 'done', key: 'snapshot' }, commit('create')),
    'ends in the create of a container that was started since': lines(...created.slice(0, 2)),
    'has lost the effects of its create': lines(created[0], commit('create')),
    'names another container': lines(
      begin('create'),
      { ...intent('snapshot', 'create'), args: { id: 'e'.repeat(64) } },
      { event: 'done', key: 'snapshot' },
      commit('create'),
    ),
    'has an effect on a path of another container': lines(...created, {
      ...intent('limits', 'start'),
      args: { path: `/run/pouch/netns/${'e'.repeat(64)}` },
    }),
  };

  for (const [what, content] of Object.entries(damages))
    it(`whose journal ${what} has every effect of the record, and undoes it`, async () => {
      add('exited');
      writeFileSync(path(), content ?? '');
      const ledger = await open();
      assert.match(logged.join(), /journal is damaged/);
      assert.equal(ledger.interrupted, undefined, 'a create or remove is not to be finished on a guess');
      assert.deepEqual([ledger.has('snapshot'), ledger.has('netns')], [true, false]);
      await ledger.undo('start');
      await ledger.undo('create');
      assert.deepEqual(undone, ['task', 'netns', 'snapshot']);
      ledger.close();
      assert.equal(readFileSync(`${path()}.damaged`, 'utf8'), content);
    });

  it('of a running container whose journal has lost a line keeps the results that it still has', async () => {
    const record = add('running');
    writeFileSync(path(), lines(...created, begin('start'), ...started.slice(2), commit('start')));
    const ledger = await open();
    assert.deepEqual([ledger.has('netns'), ledger.has('task')], [true, true]);
    record.state.status = 'exited';
    await ledger.undo('start');
    assert.deepEqual(undone, [['task', 'made task'], 'netns']);
    ledger.close();
    const again = await open();
    assert.deepEqual(again.pending('create'), ['snapshot']);
    assert.equal(logged.length, 1, 'the new journal is sound');
    again.close();
  });

  it('of a container that is being created is empty at first', async () => {
    const ledger = await open();
    assert.deepEqual(ledger.effects(), {});
    assert.deepEqual(logged, []);
  });

  it('of a later version is refused and left alone', async () => {
    add('exited');
    writeFileSync(path(), lines({ event: 'journal', version: 2 }, { event: 'leap' }));
    await assert.rejects(open(), { code: 'PCH_CONTAINER_DAMAGED', message: /later Pouch/ });
    assert.match(readFileSync(path(), 'utf8'), /leap/);
  });
});
