import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { addCommands } from '../../../../../core/plan/firstBoot/commands.ts';
import { temporaryDirectory } from '../../temporaryDirectory.ts';
import { richDraft } from '../../../plugins/richDraft.ts';

describe('commands of the first start', () => {
  const directory = temporaryDirectory();

  /** The script and the probe, with their state in the test's directory. */
  async function planned(commands: string[][], probe = 'echo users 1; echo running') {
    const draft = richDraft({ executables: { '/bin/sh': '/bin/dash' } });
    draft.rich.readiness = { args: ['/bin/sh', '-c', probe], withinSeconds: 1 };
    await addCommands(draft, commands);
    const local = (text: string) => text.replaceAll('/var/lib/pouch', directory.path);
    const script = join(directory.path, 'script');
    writeFileSync(script, local(draft.files['/.pouch/first-boot']!.content));
    chmodSync(script, 0o700);
    const [program = '', ...args] = draft.rich.readiness.args.map(local);
    return {
      draft,
      run: async () => (await execa(script, { all: true })).all,
      ready: async () => (await execa(program, args)).stdout,
    };
  }

  it('run once, and the container is starting until they have', async () => {
    const { run, ready, draft } = await planned([
      ['/bin/sh', '-c', 'echo "it\'s one"'],
      ['echo', 'two  words'],
    ]);
    assert.equal(await ready(), 'users 1\nstarting');
    assert.equal(await run(), "it's one\ntwo  words");
    assert.equal(await run(), '');
    assert.equal(await ready(), 'users 1\nrunning');
    assert.deepEqual(draft.process.entrypoint.slice(0, 2), ['/bin/sh', '/.pouch/first-boot-launch']);
    assert.equal(draft.secrets?.['files["/.pouch/first-boot"].content'], true);
  });

  it('that fail are named beside what has failed otherwise', async () => {
    const { run, ready } = await planned(
      [['false'], ['true'], ['/bin/sh', '-c', 'exit 3']],
      'echo degraded a.service',
    );
    assert.match(await run(), /command 1 of the first start: exit code 1\n.*command 3 .*: exit code 3/);
    assert.equal(await ready(), 'degraded a.service first-start-command-1 first-start-command-3');
  });

  it('that were interrupted do not run again', async () => {
    const { run, ready } = await planned([['echo', 'one']]);
    await run();
    const state = join(directory.path, 'first-boot');
    await execa('sh', ['-c', `cd ${state} && rm done 1.exit`]);
    assert.equal(await run(), 'pouch: command 1 of the first start: exit code interrupted');
    assert.equal(await ready(), 'users 1\ndegraded first-start-command-1');
  });

  it('leave the state of a boot that has not ended, or has failed', async () => {
    assert.equal(await (await planned([['true']], 'echo starting')).ready(), 'starting');
    assert.equal(await (await planned([['true']], 'echo failed why')).ready(), 'failed why');
  });

  it('need an init', async () => {
    const draft = richDraft({ executables: { '/bin/sh': '/bin/dash' } });
    delete draft.rich.readiness;
    await assert.rejects(addCommands(draft, [['true']]), /expected a rich container with an init/);
  });
});
