import assert from 'node:assert/strict';
import { RecordingTape, ReplayingTape } from '../../../../core/replay/Tape.ts';
import { PouchError } from '../../../../hooks/errors.ts';

type Look = (path: string, what: (path: string) => string) => Promise<number | undefined>;

describe('a tape of facts', () => {
  let tape: RecordingTape;
  beforeEach(() => void (tape = new RecordingTape()));

  /** As a file has it. */
  const replaying = () => new ReplayingTape(JSON.parse(JSON.stringify(tape.calls)) as typeof tape.calls);

  it('returns what calls have returned, by their arguments', async () => {
    const look = tape.wrap<Look>('look', async (path) => path.length);
    assert.deepEqual([await look('/a', String), await look('/abc', String)], [2, 4]);
    const again = replaying().async<Look>('look');
    assert.deepEqual([await again('/a', String), await again('/abc', String)], [2, 4]);
  });

  it('returns undefined for a call that returned it', async () => {
    await tape.wrap<Look>('look', async () => undefined)('/a', String);
    assert.equal(await replaying().async<Look>('look')('/a', String), undefined);
  });

  it('fails as a call has failed', () => {
    const error = new PouchError('PCH_CONTAINER_NOT_FOUND', 'no container "x"', { hint: 'pouch ps' });
    const find = tape.wrap('find', (ref: string): string => {
      throw ref === 'x' ? error : new Error('other');
    });
    assert.throws(() => find('x'), error);
    const again = replaying().call<typeof find>('find');
    assert.throws(() => again('x'), {
      code: 'PCH_CONTAINER_NOT_FOUND',
      message: /no container "x"/,
      hint: 'pouch ps',
    });
  });

  it('names a call that was not recorded', () => {
    assert.throws(() => replaying().call<(path: string) => string>('volumePath')('data'), {
      code: 'PCH_RECORDING_LACKS',
      message: /volumePath \["data"\]/,
    });
  });

  it('gives each caller a value of its own', () => {
    tape.keep('limits', { names: ['a'] });
    const limits = replaying().call<() => { names: string[] }>('limits');
    limits().names.push('b');
    assert.deepEqual(limits(), { names: ['a'] });
  });
});
