import assert from 'node:assert/strict';
import type { Ledger } from '../../../../../core/apply/Ledger.ts';
import type { EngineContext } from '../../../../../core/lifecycle/shared/engineContext.ts';
import { undoStartEffects } from '../../../../../core/lifecycle/shared/undoStartEffects.ts';
import { GenerationHolder, Operations } from '../../../../../core/plugins/index.ts';
import type { NetworkDetached } from '../../../../../hooks/points/network.ts';
import { load, plugin } from '../../plugins/support/load.ts';

const attachment = { network: 'pouch0', interface: 'eth0', ip: '172.29.0.2', ports: [] };
const id = 'c1'.repeat(32);

describe('the undo of a start', () => {
  let detached: NetworkDetached[];
  let fails: Error | undefined;
  let applied: Record<string, unknown>;

  beforeEach(() => {
    detached = [];
    fails = undefined;
    applied = { 'network.eth0': attachment, task: { pid: 1 } };
  });

  async function undo(attachments: Record<string, unknown> = {}): Promise<void> {
    const { generation, log } = await load([
      plugin('dns', ({ hooks }) =>
        hooks.network.postDetach.tap({ onError: 'fail' }, (input) => {
          if (fails) throw fails;
          detached.push(input);
        }),
      ),
    ]);
    const generations = new GenerationHolder(generation);
    const drops = { drop: () => Promise.resolve() };
    const used = { generations, operations: new Operations(), log, names: drops, ports: drops };
    const engine = used as unknown as EngineContext;
    const ledger = {
      results: () => applied,
      undo: () => {
        applied = {};
        return Promise.resolve();
      },
    } as unknown as Ledger;
    await undoStartEffects(engine, { id, attachments, degraded: [] }, ledger);
  }

  const expected = { container: id, network: 'pouch0', interface: 'eth0', ip: '172.29.0.2' };

  it('reports each network that the container is detached from', async () => {
    await undo();
    assert.deepEqual(detached, [expected]);
  });

  it('reports it again to a tap that failed: the record still has the attachment', async () => {
    fails = new Error('no DNS');
    await assert.rejects(undo({ 'network.eth0': attachment }), /no DNS/);
    fails = undefined;
    await undo({ 'network.eth0': attachment });
    assert.deepEqual(detached, [expected]);
  });

  it('reports nothing for a container without a network', async () => {
    applied = { task: { pid: 1 } };
    await undo();
    assert.deepEqual(detached, []);
  });
});
