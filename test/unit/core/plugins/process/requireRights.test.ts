import assert from 'node:assert/strict';
import { requireRights } from '../../../../../core/plugins/process/requireRights.ts';

const manifest = (...wants: never[]) => ({ protocol: 1 as const, name: 'p', wants });

describe('rights that a plugin wants', () => {
  it('are granted by the directories above, and to read by those to write', () => {
    const wants = [
      'network',
      { paths: { read: ['/etc/corp/a', '/var/lib/corp'], write: ['/var/lib/corp/b'] } },
    ];
    const paths = { read: ['/etc/corp'], write: ['/var/lib/corp'] };
    requireRights(manifest(...(wants as never[])), { network: true, paths });
  });

  it('are named with the grants that are missing', () => {
    const wants = ['secrets', { paths: { read: ['/etc/corp', '/etc/other'], write: ['/srv/a'] } }];
    const grants = { paths: { read: ['/etc/other', '/srv'], write: ['/etc/corporate'] } };
    assert.throws(() => requireRights(manifest(...(wants as never[])), grants), {
      code: 'PCH_PLUGIN_RIGHTS',
      message:
        'plugin p wants secrets and to read /etc/corp and to write /srv/a, which its entry does not grant',
      hint: /`grants: \{ secrets: true, paths: \{ read: \[\/etc\/corp\], write: \[\/srv\/a\] \} \}`/,
    });
  });
});
