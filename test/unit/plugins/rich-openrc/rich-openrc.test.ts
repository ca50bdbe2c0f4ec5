import assert from 'node:assert/strict';
import plugin from '../../../../plugins/rich-openrc/index.ts';
import { runPlugin, type RichCase } from '../richDraft.ts';

const openrc = { '/sbin/openrc': '/sbin/openrc' };
const debian = { ...openrc, '/sbin/init': '/sbin/init' };
const alpine = { ...openrc, '/sbin/init': '/bin/busybox' };
const own = { ...openrc, '/sbin/openrc-init': '/sbin/openrc-init' };

const boot = (given: RichCase = {}) => runPlugin(plugin, { executables: debian, ...given });

describe('rich-openrc', () => {
  it('is chosen for an image with OpenRC and an init that starts it', async () => {
    for (const executables of [debian, alpine, own]) {
      const { rich } = await boot({ executables });
      assert.deepEqual([rich.mode, rich.reason], ['openrc', 'the image has OpenRC']);
    }
    for (const executables of [{}, openrc, { ...openrc, '/sbin/init': '/lib/systemd/systemd' }])
      assert.equal((await boot({ executables })).rich.mode, '');
  });

  it('names what it expects of an image', async () => {
    await assert.rejects(boot({ mode: 'openrc', executables: {} }), {
      code: 'PCH_INIT_NOT_FOUND',
      message: /expected \/sbin\/openrc, and .* in the image debian:bookworm, found none/,
    });
  });

  it('stops each init by its own signal, and powers off by its own way', async () => {
    for (const [executables, signal, powerOff] of [
      [debian, 'SIGINT', '/sbin/init 0'],
      [alpine, 'SIGUSR2', 'kill -USR2 1'],
      [own, 'SIGTERM', 'openrc-shutdown --poweroff now'],
    ] as const) {
      const { stop, files } = await boot({ executables });
      assert.equal(stop.signal, signal);
      assert.ok(files['/.pouch/launch']!.content.endsWith(`${powerOff}\n`));
    }
  });

  it('has the command as a service of the default runlevel, and variables in the configuration', async () => {
    const { files, mounts } = await boot({ process: { env: { APP: "it's" } } });
    assert.match(files['/etc/init.d/pouch-command']!.content, /^#!\/sbin\/openrc-run\n[^]*\/\.pouch\/launch/);
    assert.ok(files['/etc/runlevels/default/pouch-command']);
    assert.equal(files['/etc/rc.conf.d/pouch.conf']!.content, `export APP='it'\\''s'\n`);
    assert.equal(mounts['/run']?.type, 'tmpfs');
  });
});
