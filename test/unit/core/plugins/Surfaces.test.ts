import assert from 'node:assert/strict';
import type { OwnedSurface } from '../../../../core/plugins/index.ts';
import { Surfaces } from '../../../../core/plugins/Surfaces.ts';
import type { Surface } from '../../../../hooks/index.ts';
import type { Engine } from '../../../../hooks/engine.ts';
import type { PouchError } from '../../../../hooks/errors.ts';
import { TestLog } from '../../../../testing/TestLog.ts';

describe('the surfaces of plugins', () => {
  const engine = {} as Engine;
  let calls: string[];
  let log: TestLog;
  let reported: [string, PouchError][];
  let surfaces: Surfaces;

  beforeEach(() => {
    calls = [];
    reported = [];
    log = new TestLog();
    surfaces = new Surfaces({
      log,
      onFailed: ({ plugin }, error) => reported.push([plugin, error]),
      timeout: () => 300,
    });
  });

  function surface(
    name: string,
    generation: number,
    more: Partial<Surface> = {},
    options: object = {},
  ): OwnedSurface {
    const note = (verb: string) => async () => void calls.push(`${verb} ${name} ${generation}`);
    return {
      plugin: `of-${name}`,
      options,
      surface: { name, start: note('start'), stop: note('stop'), ...more },
    };
  }

  /** Replaces them; none may fail. */
  async function replace(...next: OwnedSurface[]): Promise<void> {
    assert.deepEqual(await surfaces.replace(next, engine), []);
  }

  it('start after those that start first, also after one that fails', async () => {
    const late = new Promise((resolve) => setImmediate(resolve));
    const first = surface('first', 1, {
      first: true,
      start: () => late.then(() => void calls.push('first')),
    });
    const broken = surface('broken', 1, { first: true, start: () => Promise.reject(new Error('no')) });
    const failures = await surfaces.replace([surface('api', 1), first, broken], engine);
    assert.deepEqual(
      failures.map(({ owned }) => owned.plugin),
      ['of-broken'],
    );
    assert.deepEqual(calls, ['stop broken 1', 'first', 'start api 1']);
  });

  it('are replaced by a reload, the previous ones first', async () => {
    await replace(surface('api', 1), surface('metrics', 1));
    await replace(surface('api', 2), surface('cri', 2));
    assert.deepEqual(calls, [
      'start api 1',
      'start metrics 1',
      'stop metrics 1',
      'stop api 1',
      'start api 2',
      'start cri 2',
    ]);
    await surfaces.end(50);
    assert.deepEqual(calls.slice(6), ['stop api 2', 'stop cri 2']);
  });

  it('with reload: keep continue, until a generation is without them', async () => {
    const keep = { reload: 'keep' } as const;
    await replace(surface('api', 1, keep));
    await replace(surface('api', 2, keep));
    assert.deepEqual(calls, ['start api 1']);
    await replace();
    assert.deepEqual(calls.slice(1), ['stop api 1']);
  });

  it('with reload: keep are replaced when the options of their plugin change', async () => {
    const keep = { reload: 'keep' } as const;
    await replace(surface('api', 1, keep, { port: 1 }));
    await replace(surface('api', 2, keep, { port: 1 }));
    await replace(surface('api', 3, keep, { port: 2 }));
    assert.deepEqual(calls, ['start api 1', 'stop api 1', 'start api 3']);
  });

  const mute: [string, () => Promise<void>, RegExp][] = [
    ['throws', () => Promise.reject(new Error('no voice')), /no voice/],
    ['never returns', () => new Promise(() => {}), /the start of the surface cri did not end within 300 ms/],
    [
      'computes forever',
      () => {
        for (;;);
      },
      /the start of the surface cri did not end within 300 ms/,
    ],
  ];
  for (const [what, start, message] of mute) {
    it(`one whose start ${what} is stopped and returned by its plugin, and the others serve`, async () => {
      const failures = await surfaces.replace([surface('cri', 1, { start }), surface('api', 1)], engine);
      assert.deepEqual(
        failures.map(({ owned }) => owned.plugin),
        ['of-cri'],
      );
      assert.match(failures[0]!.error.message, message);
      assert.equal(failures[0]!.error.plugin, 'of-cri');
      assert.deepEqual(calls.toSorted(), ['start api 1', 'stop cri 1']);
      calls = [];
      await replace(surface('cri', 2));
      assert.deepEqual(calls, ['stop api 1', 'start cri 2']);
    });
  }

  it('that fails while it serves is reported with its plugin, once it has started and until it is stopped', async () => {
    let fail: (error: unknown) => void = () => {};
    await replace(surface('cri', 1, { start: async (_, failed) => void (fail = failed) }));
    fail(new Error('the socket is gone'));
    assert.deepEqual(
      reported.map(([plugin, { message, code }]) => [plugin, message, code]),
      [['of-cri', 'the socket is gone', 'PCH_PLUGIN_FAILED']],
    );
    await replace();
    fail(new Error('the socket is gone'));
    assert.equal(reported.length, 1);
  });

  it('that do not stop are logged and do not keep the others', async () => {
    const stuck = { stop: () => Promise.reject(new Error('clients are busy')) };
    await replace(surface('api', 1), surface('cri', 1, stuck));
    await replace();
    assert.deepEqual(calls.slice(2), ['stop api 1']);
    assert.deepEqual(log.lines[0]?.fields, { surface: 'cri', error: 'clients are busy' });
  });

  it('do not start after the end, and one that starts meanwhile is stopped', async () => {
    let serve = () => {};
    let isCalled = () => {};
    const called = new Promise<void>((resolve) => (isCalled = resolve));
    const start = () => {
      isCalled();
      return new Promise<void>((resolve) => (serve = resolve));
    };
    const replaced = replace(surface('cri', 1, { start }));
    await called;
    await surfaces.end(50);
    await replaced;
    serve();
    await replace(surface('api', 2));
    assert.deepEqual(calls, ['stop cri 1', 'stop cri 1']);
  });
});
