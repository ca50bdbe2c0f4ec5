import assert from 'node:assert/strict';
import plugin from '../../../../plugins/rich-s6/index.ts';
import { runPlugin, type RichCase } from '../richDraft.ts';

const svscan = { '/usr/bin/s6-svscan': '/usr/bin/s6-svscan' };
const directories = ['/etc/services.d'];

const boot = (given: RichCase = {}) => runPlugin(plugin, { executables: svscan, directories, ...given });

describe('rich-s6', () => {
  it('is chosen for services of s6 without another init', async () => {
    const { rich } = await boot();
    const reason = 'the image has /usr/bin/s6-svscan and services in /etc/services.d';
    assert.deepEqual([rich.mode, rich.reason], ['s6', reason]);
    assert.equal((await boot({ executables: { ...svscan, '/sbin/init': '/sbin/init' } })).rich.mode, '');
    assert.equal((await boot({ directories: [] })).rich.mode, '');
    assert.equal((await boot({ mode: 's6', directories: [] })).rich.mode, 's6');
  });

  it('names what it expects of an image', async () => {
    await assert.rejects(boot({ mode: 's6', executables: {} }), {
      code: 'PCH_INIT_NOT_FOUND',
      message: /expected \/usr\/bin\/s6-svscan, or \/init of s6-overlay, in the image .*, found neither/,
    });
  });

  it('runs s6-svscan on services that are copied to a tmpfs, the command among them', async () => {
    const { files, mounts, stop } = await boot();
    const start = files['/.pouch/start']!.content;
    assert.match(
      start,
      /cp -R "\$service" \/run\/service\/[^]*exec '\/usr\/bin\/s6-svscan' '\/run\/service'/,
    );
    assert.equal(mounts['/run']?.type, 'tmpfs');
    assert.match(files['/run/service/pouch-command/run']!.content, /exec \/\.pouch\/command /);
    assert.match(files['/run/service/pouch-command/finish']!.content, /s6-svscanctl -t/);
    assert.equal(stop.signal, 'SIGTERM');
    const own = await boot({ image: { Cmd: ['app'] } });
    assert.equal(own.files['/run/service/pouch-command/finish']!.content, '#!/bin/sh\nexit 125\n');
  });

  it('gives the image commands for the end of a host, if it has none', async () => {
    const { files } = await boot({ executables: { ...svscan, '/sbin/reboot': '/sbin/reboot' } });
    assert.equal(files['/sbin/reboot'], undefined);
    assert.match(files['/sbin/poweroff']!.content, /kill -USR1 1/);
  });

  it('starts s6-overlay by its own init, which runs the command', async () => {
    const overlay = { executables: { '/init': '/init' }, directories: ['/etc/s6-overlay'] };
    const start = async (given: RichCase) =>
      (await boot({ ...overlay, ...given })).files['/.pouch/start']!.content.split('\n').at(-2);
    assert.equal(await start({}), "exec '/init' 'app'");
    assert.equal(await start({ process: { entrypoint: ['/init'], command: [] } }), "exec '/init'");
  });
});
