import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import plugin from '../../../../plugins/rich-dumb-init/index.ts';
import { runPlugin } from '../richDraft.ts';

describe('rich-dumb-init', () => {
  it('is chosen if no other mode is', async () => {
    assert.equal((await runPlugin(plugin, {})).rich.mode, 'dumb-init');
    assert.equal((await runPlugin(plugin, { mode: 'systemd' })).process.init, false);
  });

  it('adds the small init and keeps command and user', async () => {
    const { process } = await runPlugin(plugin, { process: { user: 'app' } });
    assert.deepEqual([process.init, process.command, process.user], [true, ['app'], 'app']);
  });

  it('names what to install if the host has no small init', async () => {
    await assert.rejects(runPlugin(plugin, { host: { initPath: undefined as never } }), {
      code: 'PCH_INIT_NOT_FOUND',
      hint: /apt-get install tini/,
    });
  });

  describe('with nothing but a shell to run', () => {
    const shell = { command: ['/bin/sh'] };

    it('refuses what would end at once', async () => {
      await assert.rejects(runPlugin(plugin, { process: shell }), {
        code: 'PCH_COMMAND_MISSING',
        message: /expected a command, or an init in the image .*; found only the shell \/bin\/sh/,
        hint: /append a command/,
      });
    });

    it('runs it where it has input, or a script comes before', async () => {
      await runPlugin(plugin, { process: { ...shell, openStdin: true } });
      await runPlugin(plugin, { process: { ...shell, tty: true } });
      await runPlugin(plugin, { process: shell, initScript: '#!/bin/sh\n' });
      await runPlugin(plugin, { process: { command: ['sh', '-c', 'exit'] } });
    });
  });

  describe('with an init script', () => {
    let directory: string;
    beforeEach(async () => {
      directory = await mkdtemp(join(tmpdir(), 'pouch-rich-'));
    });
    afterEach(() => rm(directory, { recursive: true }));

    /** Runs the plugin's launcher on the host instead of in a container. */
    async function launch(script: string, command: string[]): Promise<{ code: number; stdout: string }> {
      const initScript = join(directory, 'script');
      await writeFile(initScript, script);
      await chmod(initScript, 0o755);
      const { files, process } = await runPlugin(plugin, { initScript, process: { command } });
      const here = (text: string) => text.replaceAll('/.pouch', directory);
      for (const [path, { content, mode }] of Object.entries(files))
        await writeFile(here(path), here(content), { mode });
      return new Promise((resolve) => {
        execFile('/bin/sh', [join(directory, 'launch'), ...process.command.map(here)], (error, stdout) => {
          resolve({ code: error ? Number(error.code) : 0, stdout });
        });
      });
    }

    it('runs it before the command', async () => {
      const { stdout, code } = await launch('#!/bin/sh\necho first', [
        'sh',
        '-c',
        'echo "$0 $1"; exit 3',
        'a b',
        '$c',
      ]);
      assert.deepEqual({ stdout, code }, { stdout: 'first\na b $c\n', code: 3 });
    });

    it('ends with its exit code, without the command, if it fails', async () => {
      assert.deepEqual(await launch('#!/bin/sh\nexit 9', ['echo', 'never']), { stdout: '', code: 9 });
    });

    it('runs as root and passes the user', async () => {
      const { process } = await runPlugin(plugin, {
        initScript: '/x',
        process: { user: 'app:web', env: { HOME: '/h' } },
      });
      assert.equal(process.user, '');
      assert.deepEqual(process.command, ['/.pouch/initscript', 'app', 'web', '', '/h', 'app']);
    });
  });
});
