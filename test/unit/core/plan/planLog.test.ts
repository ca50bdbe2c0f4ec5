import assert from 'node:assert/strict';
import { applyLogDefaults } from '../../../../core/plan/planLog.ts';
import type { Generation } from '../../../../core/plugins/index.ts';
import type { ContainerRequest } from '../../../../hooks/request.ts';
import { requested } from './support.ts';

const drivers = [
  { name: 'json-file', doc: 'Kept.' },
  { name: 'small', doc: 'Kept.', defaults: { 'max-size': '20m', 'max-file': '5', compress: 'true' } },
];
const generation = {
  contributions: [{ plugin: 'logs', contributed: { of: () => drivers } }],
} as unknown as Pick<Generation, 'contributions'>;

async function planned(
  { driver = 'json-file', options = {} }: Partial<NonNullable<ContainerRequest['log']>>,
  standing: Record<string, string> = {},
) {
  const log = { driver, options };
  const draft = await requested({ log });
  draft.log.options = { ...standing, ...draft.log.options };
  const blame = await applyLogDefaults(draft, { log }, generation);
  return { options: draft.log.options, blame: blame.map(({ plugin, field }) => [plugin, field]) };
}

describe('the defaults of a log driver', () => {
  const standing = { 'max-size': '64m', 'max-file': '3' };

  it('replace those of pouchd.yaml, and are blamed on its plugin', async () => {
    const { options, blame } = await planned({ driver: 'small' }, standing);
    assert.deepEqual(options, { 'max-size': '20m', 'max-file': '5', compress: 'true' });
    assert.ok(blame.length > 0 && blame.every(([plugin]) => plugin === 'logs'));
  });

  it('are below the request, also where that names the setting of pouchd.yaml', async () => {
    const log = { driver: 'small', options: { 'max-size': '64m', compress: 'false' } };
    const { options } = await planned(log, standing);
    assert.deepEqual(options, { 'max-size': '64m', 'max-file': '5', compress: 'false' });
  });

  it('leave the settings of other drivers alone', async () =>
    assert.deepEqual(await planned({}, standing), { options: standing, blame: [] }));

  for (const options of [{ 'max-file': '1' }, { 'max-size': '-1' }] as Record<string, string>[])
    it(`take ${JSON.stringify(options)}, with which a request for compression is refused`, async () => {
      await planned({ driver: 'small', options });
      const asked = planned({ options: { ...options, compress: 'true' } }, standing);
      await assert.rejects(asked, { code: 'PCH_OPTION_INVALID', message: /rotated and kept/ });
    });
});
