import assert from 'node:assert/strict';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { useDebian } from '../support/debianImage.ts';
import { gitHost } from '../support/hostImages.ts';
import { useDaemon } from '../support/useDaemon.ts';

const root = process.cwd();

/** What takes minutes with the example alone. */
const setup = `
cd /etc/systemd/system
cp /examples/pouch-pull.service /examples/pouch-pull.timer .
mkdir pouch-pull.timer.d pouch-pull.service.d
cat >pouch-pull.timer.d/soon.conf <<'END'
[Timer]
OnBootSec=
OnBootSec=1s
OnUnitInactiveSec=500ms
RandomizedDelaySec=0
AccuracySec=1ms
END
printf '[Unit]\\nStartLimitIntervalSec=0\\n' >pouch-pull.service.d/often.conf
install /examples/pouch-pull /usr/local/sbin/
git init -q --bare -b main /srv/hosts.git
git clone -q /srv/hosts.git /srv/edit
mkdir /srv/edit/hosts
`;

describe('a host that pulls a repository by a timer', function () {
  this.timeout(60_000);
  this.slow(40_000);
  const daemon = useDaemon();
  useDebian(daemon, gitHost);
  const { ok } = daemon;

  const sh = (script: string) => ok('exec', 'web1', 'sh', '-ec', script);
  const until = async (what: string, condition: () => Promise<boolean>) => {
    if (await waitUntil(condition, { withinMs: 20_000, everyMs: 200 })) return;
    assert.fail(`${what}: ${await sh('journalctl -u pouch-pull --no-pager | tail -n 40')}`);
  };
  const journalHas = async (pattern: RegExp) =>
    pattern.test(await sh('journalctl -u pouch-pull --no-pager -o cat'));
  // A run that is under way is neither.
  const isFailed = async () => (await sh('systemctl --failed --no-legend --plain')).startsWith('pouch-pull');
  const isInactive = async () => (await sh('systemctl show -P ActiveState pouch-pull')) === 'inactive';
  const app = () => daemon.it.inspect('app');
  const hasMemory = async (mib: number) => (await app())?.HostConfig.Memory === mib * 1024 ** 2;

  const git = 'git -c user.name=test -c user.email=test@localhost';
  const push = (options: string, command = 'sleep 1000') =>
    sh(`cd /srv/edit
cat >hosts/web1.yaml <<'END'
containers:
  app: { image: busybox, network: none, stop-timeout: 0, command: [sh, -c, '${command}'], ${options} }
END
git add . && ${git} commit -qm change && git push -q origin HEAD:main`);

  // Its `after` precedes that of the daemon.
  describe('with systemd', () => {
    before(async () => {
      const mounts = [
        `${join(root, 'bin/pouch')}:/usr/bin/pouch:ro`,
        `${join(root, 'examples/fleet')}:/examples:ro`,
        `${join(daemon.it.state, 'pouchd.sock')}:/run/pouch/pouchd.sock`,
      ].flatMap((mount) => ['-v', mount]);
      const name = ['--name', 'web1', '--hostname', 'web1', '--network', 'none'];
      await ok('run', '-d', '--wait', ...name, '--rich', ...mounts, gitHost.reference);
      await sh(setup);
    });

    after(() => ok('apply', '--host-files', '--prune', '--yes'));

    it('is as the newest commit declares', async () => {
      await push('memory: 32m');
      await sh(`git clone -q /srv/hosts.git /srv/pouch-config
systemctl daemon-reload
systemctl enable -q --now pouch-pull.timer`);
      await until('the first commit', () => hasMemory(32));
      await push('memory: 48m');
      await until('the second commit', () => hasMemory(48));
      await until('the end of the unit', isInactive);
    });

    it('stays as it is by a commit with a mistake, whose line is in the journal, until the next one', async () => {
      await push('memory: lots');
      await until('the failure', () =>
        journalHas(/^! hosts\/web1.yaml:2: containers.app.memory: .*"lots"$/m),
      );
      await until('the failed unit', isFailed);
      assert.ok(await hasMemory(48));
      await push('memory: 64m');
      await until('the next commit', () => hasMemory(64));
      await until('the end of the unit', isInactive);
    });

    it('is rolled back by a commit that does not come up, which is not tried again', async () => {
      await push('memory: 80m', 'sleep 0.5; exit 3');
      await until('the rollback', () => journalHas(/^rolling back to generation/m));
      await until('the next run', () => journalHas(/^commit \w+ has failed, and is not applied again/m));
      await until('the failed unit', isFailed);
      assert.ok(await hasMemory(64));
      assert.equal((await app())?.State.Status, 'running');
      assert.equal(
        (await sh('journalctl -u pouch-pull --no-pager -o cat')).match(/^rolling back/gm)?.length,
        1,
      );
    });
  });
});
