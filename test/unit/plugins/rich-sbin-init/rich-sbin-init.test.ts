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

  it('has a console, unless busybox prints to its output; a command that ends the container has the log', async () => {
    assert.equal((await boot({ process: { command: [] } })).rich.console, 'all');
    assert.equal((await boot({ process: { command: ['ls'] } })).rich.console, 'none');
    assert.equal((await boot({ executables: busybox })).rich.console, undefined);
  });

  it('allows the init to power off its namespace', async () => {
    assert.deepEqual((await boot()).process.capabilities, { CAP_SYS_BOOT: true });
  });

  it('starts as root: the script, then the command beside the init, with its user, directory and arguments', async () => {
    const { process, files } = await boot({
      initScript: '/s',
      process: { user: 'app', cwd: '/srv', command: ['run', "it's"] },
    });
    assert.deepEqual([...process.entrypoint, ...process.command], ['/bin/sh', '/.pouch/start']);
    assert.match(
      files['/.pouch/start']!.content,
      /'\/\.pouch\/initscript' \|\| [^]*\/\.pouch\/launch [^]*exec '\/sbin\/init'/,
    );
    assert.match(files['/.pouch/command']!.content, /cd '\/srv'[^]*user='app'[^]*set -- 'run' 'it'\\''s'/);
    assert.equal(process.user, '');
  });

  it('powers off by the init’s own way when a command of the request ends, and stays up after the image’s', async () => {
    const launcher = async (given: RichCase) => (await boot(given)).files['/.pouch/launch']!.content;
    assert.match(await launcher({ executables: busybox }), /kill -USR2 1\n$/);
    assert.match(await launcher({}), /\/sbin\/init 0\n$/);
    const { files, rich } = await boot({ image: { Cmd: ['app'] } });
    assert.doesNotMatch(files['/.pouch/launch']!.content, /init 0/);
    assert.equal(rich.commandExit, undefined);
  });

  it('has an empty /run at each boot, but with busybox', async () => {
    assert.equal((await boot()).mounts['/run']?.type, 'tmpfs');
    assert.equal((await boot({ executables: busybox })).mounts['/run'], undefined);
  });

  for (const command of [['/sbin/init'], ['bash'], []]) {
    it(`runs nothing beside the init for ${JSON.stringify(command)}`, async () => {
      assert.deepEqual((await boot({ process: { command } })).files['/.pouch/command'], undefined);
    });
  }
});
