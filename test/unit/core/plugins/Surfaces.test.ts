import assert from 'node:assert/strict';
import { Surfaces } from '../../../../core/plugins/Surfaces.ts';
import type { Surface } from '../../../../hooks/definePlugin.ts';
import type { Engine } from '../../../../hooks/engine.ts';
import { memoryLog } from './support/log.ts';

describe('the surfaces of plugins', () => {
  const engine = {} as Engine;
  let calls: string[];
  let log: ReturnType<typeof memoryLog>;
  let surfaces: Surfaces;

  beforeEach(() => {
    calls = [];
    log = memoryLog();
    surfaces = new Surfaces(log);
  });

  function surface(name: string, generation: number, more: Partial<Surface> = {}): Surface {
    const note = (verb: string) => async () => void calls.push(`${verb} ${name} ${generation}`);
    return { name, start: note('start'), stop: note('stop'), ...more };
  }

  it('are replaced by a reload, the previous ones first', async () => {
    await surfaces.start([surface('api', 1), surface('metrics', 1)], engine);
    await surfaces.replace([surface('api', 2), surface('cri', 2)], engine);
    assert.deepEqual(calls, [
      'start api 1',
      'start metrics 1',
      'stop metrics 1',
      'stop api 1',
      'start api 2',
      'start cri 2',
    ]);
    await surfaces.stop();
    assert.deepEqual(calls.slice(6), ['stop api 2', 'stop cri 2']);
  });

  it('with reload: keep continue, until a generation is without them', async () => {
    const keep = { reload: 'keep' } as const;
    await surfaces.start([surface('api', 1, keep)], engine);
    await surfaces.replace([surface('api', 2, keep)], engine);
    assert.deepEqual(calls, ['start api 1']);
    await surfaces.replace([], engine);
    assert.deepEqual(calls.slice(1), ['stop api 1']);
  });

  it('run again when one of the new generation does not start; the next reload works', async () => {
    const mute = { start: () => Promise.reject(new Error('no voice')) };
    await surfaces.start([surface('api', 1)], engine);
    await assert.rejects(surfaces.replace([surface('api', 2), surface('cri', 2, mute)], engine), /no voice/);
    assert.deepEqual(calls.slice(1), [
      'stop api 1',
      'start api 2',
      'stop cri 2',
      'stop api 2',
      'start api 1',
    ]);
    calls = [];
    await surfaces.replace([surface('cri', 3)], engine);
    assert.deepEqual(calls, ['stop api 1', 'start cri 3']);
  });

  it('that do not stop are logged and do not keep the others', async () => {
    const stuck = { stop: () => Promise.reject(new Error('clients are busy')) };
    await surfaces.start([surface('api', 1), surface('cri', 1, stuck)], engine);
    await surfaces.replace([], engine);
    assert.deepEqual(calls.slice(2), ['stop api 1']);
    assert.deepEqual(log.lines[0]?.fields, { surface: 'cri', error: 'clients are busy' });
  });
});
