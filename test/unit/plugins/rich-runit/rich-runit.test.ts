import assert from 'node:assert/strict';
import plugin from '../../../../plugins/rich-runit/index.ts';
import { runPlugin, type RichCase } from '../richDraft.ts';

const services = '/etc/runit/runsvdir/default';
const directories = [services];
const stages = { '/etc/runit/2': '/etc/runit/2' };
const debian = { ...stages, '/sbin/init': '/lib/runit/runit-init' };

const boot = (given: RichCase = {}) => runPlugin(plugin, { executables: debian, directories, ...given });

describe('rich-runit', () => {
  it('is chosen for an image whose init is runit', async () => {
    const { rich } = await boot();
    assert.deepEqual([rich.mode, rich.reason], ['runit', 'the image has /sbin/init of runit']);
    const alone = { ...stages, '/sbin/runit': '/sbin/runit' };
    assert.equal((await boot({ executables: alone })).rich.reason, 'the image has /sbin/runit of runit');
    for (const executables of [{}, stages, { ...alone, '/sbin/init': '/sbin/init' }])
      assert.equal((await boot({ executables })).rich.mode, '');
    assert.equal((await boot({ directories: [] })).rich.mode, '');
  });

  it('names what it expects of an image', async () => {
    await assert.rejects(boot({ mode: 'runit', executables: {} }), {
      code: 'PCH_INIT_NOT_FOUND',
      message: /expected runit-init at \/sbin\/init and \/etc\/runit\/2 in the image .*, found none/,
    });
  });

  it('stops by ctrlaltdel, whose script does not wait', async () => {
    const { stop, files } = await boot();
    assert.equal(stop.signal, 'SIGINT');
    assert.doesNotMatch(files['/etc/runit/ctrlaltdel']!.content, /sleep/);
  });

  it('has the command as a service, whose state is on a tmpfs, and ends with it if the request names it', async () => {
    const { files, mounts, rich } = await boot();
    assert.equal(mounts[`${services}/pouch-command`]?.type, 'tmpfs');
    assert.match(files[`${services}/pouch-command/run`]!.content, /exec \/\.pouch\/command </);
    assert.match(files[`${services}/pouch-command/finish`]!.content, /kill -CONT 1/);
    assert.equal(rich.commandExit, '/.pouch/exit-code');
    const own = await boot({ image: { Cmd: ['app'] } });
    assert.doesNotMatch(own.files[`${services}/pouch-command/finish`]!.content, /kill/);
    assert.equal(own.rich.commandExit, undefined);
  });
});
