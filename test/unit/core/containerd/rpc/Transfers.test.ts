import assert from 'node:assert/strict';
import { Transfers } from '../../../../../core/containerd/rpc/Transfers.ts';
import { waitUntil } from '../../../../../core/wait/waitUntil.ts';

describe('the memory of transfers', () => {
  let log: string[];
  const newTransfers = (restMs: number) =>
    new Transfers(
      { setGrowth: (percent) => log.push(`growth ${percent}`), trim: () => log.push('trim') },
      restMs,
    );
  const trims = () => log.filter((entry) => entry === 'trim').length;

  beforeEach(() => (log = []));

  it('lets the heap grow from the first of several transfers to the end of the last', () => {
    const transfers = newTransfers(60_000);
    const [one, two] = [transfers.begin(), transfers.begin()];
    one();
    assert.deepEqual(log, ['growth 200']);
    two();
    assert.deepEqual(log, ['growth 200', 'growth 0']);
  });

  it('ends a transfer once, however often it is closed', () => {
    const transfers = newTransfers(60_000);
    const [one, two] = [transfers.begin(), transfers.begin()];
    one();
    one();
    assert.deepEqual(log, ['growth 200']);
    two();
    assert.equal(log.at(-1), 'growth 0');
  });

  it('returns memory to the kernel after a rest, and not while another transfer runs', async () => {
    const transfers = newTransfers(20);
    transfers.begin()();
    const other = transfers.begin();
    assert.equal(await waitUntil(async () => trims() > 0, { withinMs: 60, everyMs: 5 }), false);
    other();
    assert.ok(await waitUntil(async () => trims() > 0, { withinMs: 5_000, everyMs: 5 }));
    assert.deepEqual(log.slice(-2), ['growth 0', 'trim']);
  });

  it('works with the functions of V8 and of the C library', async () => {
    const { transfers } = await import('../../../../../core/containerd/rpc/Transfers.ts');
    transfers.begin()();
  });
});
