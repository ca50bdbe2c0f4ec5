import assert from 'node:assert/strict';
import { runChecks } from '../../../../../core/lifecycle/extensions/runChecks.ts';
import type { DoctorCheck } from '../../../../../hooks/contributions/doctorCheck.ts';
import { PouchError } from '../../../../../hooks/errors.ts';
import { load, plugin } from '../../plugins/support/load.ts';

const never = new AbortController().signal;

async function rowsOf(...runs: DoctorCheck['run'][]) {
  const { generation } = await load([
    plugin('corp', ({ doctorCheck }) => {
      for (const [index, run] of runs.entries()) doctorCheck({ name: `${index}`, deadlineMs: 200, run });
    }),
  ]);
  return await runChecks(generation, never);
}

describe('a check of pouch doctor', () => {
  it('is a row with its plugin, and nothing but the fields of a finding', async () => {
    const finding = { ok: false, found: 'no licence', fix: 'buy one', plugin: 'other' };
    assert.deepEqual(await rowsOf(() => finding), [
      { plugin: 'corp', name: '0', ok: false, found: 'no licence', fix: 'buy one' },
    ]);
  });

  it('that fails, is late or returns no finding is a problem, and the others have their rows', async () => {
    const rows = await rowsOf(
      () => {
        throw new PouchError('PCH_CONFLICT', 'taken', { hint: 'free it' });
      },
      () => new Promise<never>(() => undefined),
      () => undefined as never,
      () => ({ ok: true, found: 7 }) as never,
      () => ({ ok: true, found: 'x', fix: {} }) as never,
      () => ({ ok: true, found: 'x'.repeat(4001) }),
      () => ({ ok: true, found: 'all well' }),
    );
    assert.deepEqual(
      rows.map(({ ok, found }) => `${ok} ${found}`),
      [
        'false taken (PCH_CONFLICT)',
        'false the check did not end within 200 ms (PCH_DEADLINE)',
        ...[
          'expected `ok` to be true or false, found nothing',
          'expected `found` to be text, found a value of type number',
          'expected `fix` to be text, found a value of type object',
          'expected texts of at most 4000 characters, found 4001',
        ].map((problem) => `false the check returned an invalid finding: ${problem} (PCH_PLUGIN_CONTRACT)`),
        'true all well',
      ],
    );
    assert.equal(rows[0]?.fix, 'free it');
  });
});
