import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { HostEffectRecords } from '../../../../../../core/apply/effects/host/HostEffectRecords.ts';
import { recorded } from '../../../../../../core/apply/effects/host/hostKind.ts';
import { KeyedLocks } from '../../../../../../core/state/KeyedLocks.ts';
import { TestLog } from '../../../../../../testing/TestLog.ts';
import { temporaryDirectory } from '../../../temporaryDirectory.ts';

interface Args {
  name: string;
  value: string;
}

describe('recorded', () => {
  const root = temporaryDirectory();
  /** The host: values by name. */
  let host: Record<string, string> = {};
  let failing = false;

  beforeEach(() => {
    host = { a: 'first' };
    failing = false;
  });

  /** A new daemon each time: it knows what is on the disk. */
  const kind = () =>
    recorded<Args, { earlier: string }>(
      {
        kind: 'host.sysctl',
        describe: ({ name, value }) => `set ${name} to ${value}`,
        resource: ({ name }) => name,
        survey: ({ name }) => Promise.resolve({ earlier: host[name] ?? '' }),
        apply({ name, value }) {
          host[name] = value;
          return failing ? Promise.reject(new Error('cannot')) : Promise.resolve();
        },
        undo({ name }, { earlier }) {
          host[name] = earlier;
          return Promise.resolve();
        },
      },
      { records: new HostEffectRecords(root.path, new TestLog()), locks: new KeyedLocks() },
    );

  const step = (container: string) => ({
    container,
    key: 'k/1',
    resultOf: () => undefined,
    signal: new AbortController().signal,
  });
  const set = (value: string): Args => ({ name: 'a', value });

  it('undoes by its record, once, and leaves no file', async () => {
    await kind().apply(set('x'), step('c'));
    assert.equal(host['a'], 'x');
    await kind().undo(set('x'), undefined, step('c'));
    assert.equal(host['a'], 'first');
    host['a'] = 'of others';
    await kind().undo(set('x'), undefined, step('c'));
    assert.equal(host['a'], 'of others');
    assert.deepEqual(readdirSync(`${root.path}/effects`), []);
  });

  it('undoes an apply that failed half way, also if it is repeated', async () => {
    failing = true;
    await assert.rejects(kind().apply(set('x'), step('c')), /cannot/);
    await assert.rejects(kind().apply(set('x'), step('c')), /cannot/);
    await kind().undo(set('x'), undefined, step('c'));
    assert.equal(host['a'], 'first');
  });

  it('undoes nothing that was never applied', async () => {
    await kind().undo(set('x'), undefined, step('c'));
    assert.equal(host['a'], 'first');
  });

  it('of equal ones the last is undone, with what the first had found', async () => {
    await kind().apply(set('x'), step('c'));
    await kind().apply(set('x'), step('d'));
    await kind().undo(set('x'), undefined, step('c'));
    assert.equal(host['a'], 'x');
    await kind().undo(set('x'), undefined, step('d'));
    assert.equal(host['a'], 'first');
  });

  it('refuses what another container has otherwise, and works once that is gone', async () => {
    await kind().apply(set('x'), step('c'));
    await assert.rejects(kind().apply(set('y'), step('d')), {
      code: 'PCH_EFFECT_CONFLICT',
      message: /cannot set a to y: the effect k\/1 of container c has it/,
    });
    await kind().undo(set('y'), undefined, step('d'));
    assert.equal(host['a'], 'x');
    await kind().undo(set('x'), undefined, step('c'));
    await kind().apply(set('y'), step('d'));
    assert.equal(host['a'], 'y');
    await kind().undo(set('y'), undefined, step('d'));
  });
});
