import assert from 'node:assert/strict';
import { interleaved, timed } from '../../../bench/measure.ts';

describe('measuring', () => {
  it('alternates contenders and ignores the first rounds', async () => {
    const turns: string[] = [];
    const contender = (name: string) => ({ name, once: async () => turns.push(name) });
    const [a, b] = await interleaved([contender('a'), contender('b')], 3);
    assert.equal(turns.join(''), 'ababababab');
    assert.deepEqual(
      [a?.samples, b?.samples],
      [
        [5, 7, 9],
        [6, 8, 10],
      ],
    );
  });

  it('drops a contender that fails once, and continues with the others', async () => {
    let runs = 0;
    const failing = async () => {
      if (++runs === 4) throw new Error('no space left');
      return 1;
    };
    const [good, bad] = await interleaved(
      [
        { name: 'good', once: async () => 1 },
        { name: 'bad', once: failing },
      ],
      5,
    );
    assert.equal(good?.samples.length, 5);
    assert.deepEqual(bad, { name: 'bad', unit: 'ms', samples: [], failure: 'no space left' });
    assert.equal(runs, 4);
  });

  it('returns the milliseconds of a command that succeeds', async () => {
    assert.ok((await timed({ file: 'sleep', args: ['0.05'] })) >= 50);
  });

  it('throws for a command that fails, with its exit code and stderr', async () => {
    await assert.rejects(
      timed({ file: 'ls', args: ['/no/such/file'] }),
      /ls \/no\/such\/file ended with 2: .*No such file/,
    );
  });

  it('throws for a command that does not exist', async () => {
    await assert.rejects(timed({ file: '/no/such/command', args: [] }), /ENOENT/);
  });
});
