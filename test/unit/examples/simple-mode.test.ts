import assert from 'node:assert/strict';
import plugin from '../../../examples/simple-mode/simple-mode.ts';
import richDumbInit from '../../../plugins/rich-dumb-init/index.ts';
import richSbinInit from '../../../plugins/rich-sbin-init/index.ts';
import { createHarness, type Harness } from '../../../testing/index.ts';

const sh = { '/bin/sh': '', '/sbin/init': '' };
const images = {
  shop: { config: { Cmd: ['httpd', '-f'] }, files: { ...sh, '/etc/simple.d/worker': '' } },
  busybox: { config: { Cmd: ['sh'] }, files: sh },
};
const host = { initPath: '/usr/bin/tini-static' };

describe('examples/simple-mode', () => {
  let harness: Harness;
  before(async () => {
    harness = await createHarness(plugin, { images, host, neighbours: [richSbinInit, richDumbInit] });
  });
  after(() => harness.dispose());

  it('is chosen for an image with the directory, before the built-in modes', async () => {
    const { draft, blame } = await harness.plan({
      image: 'shop',
      rich: { enabled: true, mode: '', initScript: '' },
    });
    assert.equal(draft.rich.mode, 'simple');
    assert.equal(draft.annotations['io.pouch.rich'], 'simple');
    const wanted = ['/bin/sh', '/.pouch/simple', '/etc/simple.d', '1', '', 'httpd', '-f'];
    assert.deepEqual([...draft.process.entrypoint, ...draft.process.command], wanted);
    assert.ok(draft.process.init);
    assert.ok(blame.some(({ plugin: by, field }) => by === 'simple-mode' && field === 'process.command'));
  });

  it('is not chosen for another, unless it is named', async () => {
    const { draft } = await harness.plan({ rich: { enabled: true, mode: '', initScript: '' } });
    assert.equal(draft.rich.mode, 'sbin-init');
    const named = await harness.plan({ rich: { enabled: true, mode: 'simple', initScript: '/setup' } });
    assert.deepEqual(named.draft.process.command, ['/etc/simple.d', '1', '/setup', 'sh']);
  });

  it('leaves plain containers as they are', async () => {
    const { blame } = await harness.plan({ image: 'shop' });
    assert.ok(blame.every(({ plugin: by }) => by !== 'simple-mode'));
  });

  it('takes an init script as text', async () => {
    const { draft } = await harness.plan({
      rich: { enabled: true, mode: 'simple', initScript: '#!/bin/sh\ntrue\n' },
    });
    assert.equal(draft.process.command[2], '/.pouch/initscript');
    assert.equal(draft.files['/.pouch/initscript']?.content, '#!/bin/sh\ntrue\n');
  });

  it('of two plugins with one mode, the second is refused', async () => {
    await assert.rejects(createHarness({ ...plugin, name: 'other' }, { neighbours: [plugin] }), {
      message: /the rich mode simple is contributed by plugin simple-mode and by plugin other/,
    });
  });
});
