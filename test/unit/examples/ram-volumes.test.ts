import assert from 'node:assert/strict';
import plugin from '../../../examples/ram-volumes/ram-volumes.ts';
import { createHarness } from '../../../testing/index.ts';

const plan = async (driverOptions: Record<string, string>, options: Record<string, unknown> = {}) => {
  const harness = await createHarness(plugin, { options });
  try {
    const volume = {
      kind: 'volume' as const,
      source: 'scratch',
      destination: '/data',
      driver: 'ram',
      driverOptions,
    };
    return await harness.plan({ volumes: [volume] });
  } finally {
    await harness.dispose();
  }
};

describe('examples/ram-volumes', () => {
  it('plans a tmpfs on the volume, and is its author', async () => {
    const { draft, effects, blame } = await plan({ size: '8m' });
    const mount = effects.find(({ key }) => key === 'volume.scratch.mount');
    const { source } = draft.mounts['/data']!;
    assert.deepEqual(
      [mount?.kind, mount?.stage, mount?.needs, mount?.args],
      [
        'host.mount',
        'start',
        ['volume./data'],
        { type: 'tmpfs', target: source, options: ['size=8m', 'mode=1777'] },
      ],
    );
    assert.deepEqual(
      blame.filter(({ field }) => field.includes('scratch')).map(({ plugin: author }) => author),
      ['ram-volumes'],
    );
    // The mount would hide what is copied from the image.
    assert.deepEqual(draft.effects['volume./data']?.args, {
      name: 'scratch',
      anonymous: false,
      copyFrom: '',
      driver: 'ram',
      options: { size: '8m' },
    });
  });

  it('refuses invalid sizes, and sizes beyond the most that it gives', async () => {
    const refused = { code: 'PCH_OPTION_INVALID', field: 'volumes' };
    await assert.rejects(plan({ size: 'x' }), { ...refused, message: /option size must match pattern/ });
    await assert.rejects(plan({ size: '0m' }), refused);
    await assert.rejects(plan({ size: '2g' }), { ...refused, message: /at most 1g, found 2g/ });
    await assert.rejects(plan({ size: '1025k' }, { most: '1m' }), refused);
    await plan({ size: '1024k' }, { most: '1m' });
  });

  it('a volume that one container names with two drivers is refused', async () => {
    const harness = await createHarness(plugin);
    const volume = (destination: string, driver?: string) => ({
      ...{ kind: 'volume' as const, source: 'scratch', destination },
      ...(driver && { driver }),
    });
    try {
      await assert.rejects(harness.plan({ volumes: [volume('/a', 'ram'), volume('/b', 'local')] }), {
        code: 'PCH_CONFLICT',
      });
      const { draft } = await harness.plan({ volumes: [volume('/a'), volume('/b', 'ram')] });
      assert.deepEqual(draft.effects['volume.scratch.mount']?.needs, ['volume./a', 'volume./b']);
      assert.equal(draft.effects['volume./a']?.args['driver'], 'ram');
    } finally {
      await harness.dispose();
    }
  });
});
