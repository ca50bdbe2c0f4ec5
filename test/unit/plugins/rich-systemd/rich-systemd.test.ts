import assert from 'node:assert/strict';
import { serviceCommand } from '../../../../hooks/index.ts';
import plugin from '../../../../plugins/rich-systemd/index.ts';
import { richDraft, runPlugin, type RichCase } from '../richDraft.ts';

const executables = {
  '/lib/systemd/systemd': '/usr/lib/systemd/systemd',
  '/sbin/init': '/usr/lib/systemd/systemd',
};
const unitPath = '/run/systemd/system/pouch-command.service';
const scriptUnitPath = '/run/systemd/system/pouch-init-script.service';

function boot(given: RichCase = {}) {
  return runPlugin(plugin, { executables, ...given });
}

async function commandUnit(given: RichCase): Promise<string[]> {
  const draft = await boot(given);
  return (draft.files[unitPath]?.content ?? '').split('\n');
}

describe('rich-systemd: the draft', () => {
  it('is chosen if the request names no mode and the image has systemd', async () => {
    assert.equal((await boot()).rich.mode, 'systemd');
    assert.equal((await runPlugin(plugin, { executables: {} })).rich.mode, '');
  });

  it('does not change other modes', async () => {
    const draft = await boot({ mode: 'dumb-init' });
    assert.deepEqual(draft.process.command, ['app']);
    assert.deepEqual(draft.files, {});
  });

  it('names the expected paths and the modes that the image can run', async () => {
    await assert.rejects(boot({ mode: 'systemd', executables: { '/sbin/init': '/bin/busybox' } }), {
      code: 'PCH_INIT_NOT_FOUND',
      message:
        /expected \/lib\/systemd\/systemd or \/usr\/lib\/systemd\/systemd in the image debian:bookworm, found neither/,
      hint: /`rich\.mode` sbin-init or dumb-init/,
    });
  });

  it('boots systemd as root after a process that keeps the streams open, with no new capability but that for reboot(2)', async () => {
    const { process, stop } = await boot({ process: { user: 'app', groups: ['www'] } });
    assert.deepEqual(process.entrypoint, ['/bin/sh', '/run/pouch/start', '/lib/systemd/systemd']);
    assert.deepEqual([process.user, process.groups], ['', []]);
    assert.deepEqual(process.capabilities, { CAP_SYS_BOOT: true });
    assert.equal(process.env['container'], 'oci');
    assert.equal(stop.signal, 'SIGRTMIN+3');
  });

  it('has a console, whose lines are in the log as far as the journal and the command leave room', async () => {
    const getty = '/run/systemd/system/console-getty.service.d/pouch.conf';
    const draft = await boot({ process: { command: [] } });
    assert.equal(draft.rich.console, 'journal');
    assert.match(
      draft.files[getty]!.content,
      /^ConditionPathIsSymbolicLink=\/etc\/.*\/console-getty\.service$/m,
    );
    assert.equal((await boot({ image: { Cmd: ['app'] } })).rich.console, 'journal');
    assert.equal((await boot({ process: { command: ['ls'] } })).rich.console, 'late');
    assert.equal((await boot({ process: { command: [], tty: true } })).files[getty], undefined);
  });

  it('has time to stop, unless its request names another', async () => {
    const limit = async (stop: RichCase['stop']) => {
      const { stop: planned, files } = await boot({ stop });
      const dropIn = files['/run/systemd/system/exit.target.d/pouch.conf']?.content;
      return [planned.timeoutSeconds, /JobTimeoutSec=(\d+)/.exec(dropIn ?? '')?.[1]];
    };
    assert.deepEqual(await limit({ timeoutSeconds: 10 }), [120, '120']);
    assert.deepEqual(await limit({ timeoutSeconds: 300 }), [300, '300']);
    assert.deepEqual(await limit({ timeoutSeconds: 5, isRequested: true }), [5, '5']);
    assert.deepEqual(await limit({ timeoutSeconds: -1 }), [-1, undefined]);
    // 0 means no limit to systemd.
    assert.deepEqual(await limit({ timeoutSeconds: 0, isRequested: true }), [0, '1']);
  });

  it('keeps no streams on a terminal', async () => {
    const { process } = await boot({ process: { tty: true } });
    assert.deepEqual(process.entrypoint, ['/bin/sh', '/run/pouch/start', '/lib/systemd/systemd']);
  });

  it('makes only systemd’s own hierarchy writable on cgroup v1', async () => {
    const { mounts } = await boot();
    assert.equal(mounts['/sys/fs/cgroup/systemd']?.source, '/sys/fs/cgroup/systemd/pouch/ID');
    assert.ok(mounts['/sys/fs/cgroup']?.options.includes('ro'));
  });

  it('has its part of the v2 hierarchy of a hybrid host, if the image’s systemd knows it', async () => {
    const source = async (more: Record<string, string>) => {
      const given = { host: { hybridCgroups: true }, executables: { ...executables, ...more } };
      return (await boot(given)).mounts['/sys/fs/cgroup/systemd']?.source;
    };
    const growfs = '/lib/systemd/systemd-growfs';
    assert.equal(await source({ [growfs]: growfs }), '/sys/fs/cgroup/unified/pouch/ID');
    assert.equal(await source({}), '/sys/fs/cgroup/systemd/pouch/ID');
  });

  it('makes the cgroup mount writable on cgroup v2', async () => {
    const { mounts } = await boot({ host: { cgroupVersion: '2' } });
    assert.deepEqual(mounts['/sys/fs/cgroup']?.options, ['nosuid', 'rw']);
    assert.equal(mounts['/sys/fs/cgroup/systemd'], undefined);
  });
});

describe('rich-systemd: command', () => {
  const image = { Entrypoint: ['/entry'], Cmd: ['serve'] };

  function commandOf(process: RichCase['process'] = {}, config: RichCase['image'] = image) {
    return serviceCommand(richDraft({ process, image: config }));
  }

  it('ends the container if it comes from the request, and not if it is the image’s', () => {
    assert.equal(commandOf({ entrypoint: ['/entry'], command: ['serve'] })?.endsContainer, false);
    assert.equal(commandOf({ entrypoint: ['/entry'], command: ['migrate'] })?.endsContainer, true);
    assert.equal(commandOf({ entrypoint: [], command: ['serve'] })?.endsContainer, true);
  });

  for (const args of [['/sbin/init'], ['/lib/systemd/systemd', '--test'], ['bash'], ['/bin/sh'], []]) {
    it(`runs no command for ${JSON.stringify(args)}`, () => {
      assert.equal(commandOf({ command: args }), undefined);
    });
  }

  it('runs a shell without arguments on an interactive terminal, and ends with it', () => {
    assert.deepEqual(commandOf({ command: ['bash'], tty: true, openStdin: true }), {
      args: ['bash'],
      endsContainer: true,
    });
  });

  it('runs a shell with arguments', () => {
    assert.deepEqual(commandOf({ command: ['sh', '-c', 'x'] })?.args, ['sh', '-c', 'x']);
  });
});

describe('rich-systemd: units', () => {
  it('set user, group, directory, environment and limits', async () => {
    const lines = await commandUnit({
      process: {
        user: 'app:web',
        groups: ['log', '44'],
        cwd: '/srv/100%',
        env: { A: 'x y' },
        rlimits: { RLIMIT_NOFILE: { soft: 10, hard: 20 }, RLIMIT_CORE: { soft: -1, hard: -1 } },
      },
    });
    for (const line of [
      'User=app',
      'Group=web',
      'SupplementaryGroups=log 44',
      'WorkingDirectory=/srv/100%%',
      'Environment="A=x y"',
      'LimitNOFILE=10:20',
      'LimitCORE=infinity:infinity',
      'StandardOutput=file:/run/pouch/fd/1',
    ]) {
      assert.ok(lines.includes(line), line);
    }
  });

  it('quote the command so that neither systemd nor the shell expands it', async () => {
    const lines = await commandUnit({ process: { command: ['echo', '$HOME', '50%', 'a"b'] } });
    const start = lines.find((line) => line.startsWith('ExecStart=')) ?? '';
    assert.ok(start.endsWith(String.raw`"pouch" "echo" "$$HOME" "50%%" "a\"b"`), start);
  });

  it('power off with the command’s exit status, even if it cannot be started', async () => {
    const lines = await commandUnit({});
    assert.ok(
      lines.some((line) => line.startsWith('ExecStopPost=+') && line.includes('systemctl --no-block exit')),
    );
    assert.ok(lines.includes('FailureAction=exit'));
  });

  it('keep the container running after the image’s command exits', async () => {
    const lines = await commandUnit({ image: { Cmd: ['app'] } });
    assert.ok(!lines.some((line) => /ExecStopPost|FailureAction/.test(line)));
  });

  it('read stdin only if the container has one', async () => {
    assert.ok((await commandUnit({})).includes('StandardInput=null'));
    assert.ok(
      (await commandUnit({ process: { openStdin: true } })).includes('StandardInput=file:/run/pouch/fd/0'),
    );
  });

  it('mask getty on the console for a command on a terminal', async () => {
    const draft = await boot({ process: { tty: true, openStdin: true } });
    assert.match(draft.files[unitPath]?.content ?? '', /TTYPath=\/dev\/console/);
    assert.equal(draft.files['/run/systemd/system/console-getty.service']?.content, '');
  });

  it('run a command of a numeric user by setpriv, as systemd requires users of the image’s passwd', async () => {
    const lines = await commandUnit({ process: { user: '1234:5' } });
    assert.ok(lines.includes('User=root'));
    assert.ok(
      lines.some((line) => line.includes('setpriv') && line.endsWith('"pouch" "1234" "5" "" "" "app"')),
    );
  });

  it('run the init script as root before the command, which requires it', async () => {
    const draft = await boot({ initScript: '/etc/setup.sh', process: { user: 'app' } });
    assert.match(
      draft.files[scriptUnitPath]?.content ?? '',
      /Type=oneshot[^]*"pouch" "\/run\/pouch\/initscript"/,
    );
    assert.match(draft.files['/run/pouch/initscript-steps']?.content ?? '', /^'\/etc\/setup.sh' /m);
    assert.doesNotMatch(draft.files[scriptUnitPath]?.content ?? '', /User=/);
    assert.match(draft.files[unitPath]?.content ?? '', /Requires=pouch-init-script.service/);
  });

  it('add a script that is given as text to the container', async () => {
    const draft = await boot({ initScript: '#!/bin/sh\necho hi\n' });
    assert.deepEqual(draft.files['/run/pouch/initscript-text'], {
      content: '#!/bin/sh\necho hi\n',
      mode: 0o700,
      readonly: true,
    });
  });

  it('do not include a base image’s shell', async () => {
    const draft = await boot({ process: { command: ['bash'] }, image: { Cmd: ['bash'] } });
    assert.ok(!(unitPath in draft.files));
  });
});

describe('rich-systemd: the environment', () => {
  const settings = '/run/systemd/system.conf.d/pouch.conf';

  it('of the container is that of services and logins', async () => {
    const { files } = await boot({ process: { env: { APP: 'a "b" 50%', PATH: '/bin' } } });
    assert.match(files[settings]!.content, /^DefaultEnvironment="APP=a \\"b\\" 50%%"$/m);
    assert.doesNotMatch(files[settings]!.content, /PATH|container/);
    assert.match(files['/run/pouch/start']!.content, /\/run\/pouch\/environment/);
  });

  it('is set before the init on a terminal, too', async () => {
    const { process } = await boot({ process: { tty: true, env: { APP: 'a' } } });
    assert.deepEqual(process.entrypoint, ['/bin/sh', '/run/pouch/start', '/lib/systemd/systemd']);
  });
});

describe('rich-systemd: the journal', () => {
  const path = '/run/systemd/system/pouch-journal.service';
  const imageCommand = { process: { command: ['serve'] }, image: { Cmd: ['serve'] } };

  it('goes to the container’s log, from the start of journald on', async () => {
    const { files } = await boot(imageCommand);
    assert.match(
      files[path]!.content,
      /^Type=idle\nExecStart=.*journalctl --follow .*\nStandardOutput=file:/m,
    );
    const dropIn = '/run/systemd/system/systemd-journald.service.d/pouch.conf';
    assert.match(files[dropIn]!.content, /Wants=pouch-journal\.service/);
  });

  it('does not mix with the output of a command of the request, and a terminal is the console', async () => {
    assert.ok(!(path in (await boot()).files));
    assert.ok(!(path in (await boot({ ...imageCommand, process: { command: ['serve'], tty: true } })).files));
  });
});
