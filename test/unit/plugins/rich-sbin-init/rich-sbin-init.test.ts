import assert from 'node:assert/strict';
import plugin from '../../../../plugins/rich-sbin-init/index.ts';
import { runPlugin, type RichCase } from '../richDraft.ts';

const busybox = { '/sbin/init': '/bin/busybox' };
const sysvinit = { '/sbin/init': '/sbin/init' };
const systemd = { '/sbin/init': '/usr/lib/systemd/systemd' };

function boot(given: RichCase = {}) {
  return runPlugin(plugin, { executables: sysvinit, ...given });
}

describe('rich-sbin-init', () => {
  it('is chosen for an image with an init that is not systemd', async () => {
    assert.equal((await boot()).rich.mode, 'sbin-init');
    assert.equal((await boot({ executables: {} })).rich.mode, '');
    assert.equal((await boot({ executables: systemd })).rich.mode, '');
  });

  it('names the expected init and the modes that the image can run', async () => {
    await assert.rejects(boot({ mode: 'sbin-init', executables: {} }), {
      code: 'PCH_INIT_NOT_FOUND',
      message: /expected an init at \/sbin\/init of the image debian:bookworm, found none/,
      hint: /`rich\.mode` dumb-init/,
    });
    await assert.rejects(boot({ mode: 'sbin-init', executables: systemd }), {
      message: /of the image .*, found systemd/,
      hint: /`rich\.mode` systemd or dumb-init/,
    });
  });

  it('stops each init by its own signal, unless the request names one', async () => {
    assert.equal((await boot({ executables: busybox })).stop.signal, 'SIGUSR2');
    assert.equal((await boot()).stop.signal, 'SIGINT');
  });

  it('allows the init to power off its namespace', async () => {
    assert.deepEqual((await boot()).process.capabilities, { CAP_SYS_BOOT: true });
  });

  it('starts as root and passes script, user, directory and command', async () => {
    const { process } = await boot({
      initScript: '/s',
      process: { user: 'app', cwd: '/srv', command: ['run', 'a b'] },
    });
    assert.deepEqual(process.entrypoint, ['/bin/sh', '/.pouch/start']);
    assert.deepEqual(process.command, ['/s', 'app', '/srv', 'run', 'a b']);
    assert.equal(process.user, '');
  });

  for (const command of [['/sbin/init'], ['bash'], []]) {
    it(`runs nothing beside the init for ${JSON.stringify(command)}`, async () => {
      assert.deepEqual((await boot({ process: { command } })).process.command, ['', '', '/']);
    });
  }
});
