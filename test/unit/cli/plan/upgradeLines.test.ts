import assert from 'node:assert/strict';
import { upgradeLines } from '../../../../cli/plan/upgradeLines.ts';

const image = (reference: string) => ({ reference, id: `sha256:${'ab'.repeat(32)}` });

describe('the lines of an upgrade', () => {
  const done = {
    ...{ container: 'c1', name: 'web', from: image('app:1'), to: image('app:2'), kept: ['/etc/app'] },
    changes: [
      {
        field: 'process.cwd',
        from: '/',
        to: '/srv',
        plugin: 'image',
        hook: 'config',
        applies: 'start' as const,
      },
    ],
  };

  it('have the images, the fields that change and what is kept', () => {
    assert.deepEqual(upgradeLines({ ...done, outcome: 'upgraded', restarted: true }), [
      'web: upgraded and restarted',
      '  image',
      '    - app:1 (abababababab)',
      '    + app:2 (abababababab)',
      '  process.cwd   (image, config)',
      '    - "/"',
      '    + "/srv"',
      '  kept /etc/app',
    ]);
  });

  it('show that a dry run does nothing', () => {
    const lines = upgradeLines({ ...done, outcome: 'planned', restarted: false });
    assert.deepEqual([lines[0], lines.at(-1)], ['web: would be upgraded', '  would keep /etc/app']);
  });
});
