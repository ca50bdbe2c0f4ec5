import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { image as debian } from '../../scripts/quickstart/place.ts';
import { useDebian } from '../support/debianImage.ts';
import { useDaemon } from '../support/useDaemon.ts';

const hash = '$6$saltsalt$hiddenhiddenhidden';

describe('the first start of a container', function () {
  this.timeout(120_000);
  const daemon = useDaemon();
  const { ok, pouch } = daemon;
  const directory = mkdtempSync(join(tmpdir(), 'pouch-first-'));
  const file = (name: string, text = '') => {
    if (text !== '') writeFileSync(join(directory, name), text);
    return join(directory, name);
  };

  useDebian(daemon);
  before(async () => {
    await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file('id')]);
  });
  after(() => rmSync(directory, { recursive: true }));

  describe('of a rich one', () => {
    const login = async (user: string) => {
      const found = await daemon.it.inspect('box');
      const [{ IPAddress: ip = '' } = {}] = Object.values(found!.NetworkSettings.Networks ?? {});
      const options = ['StrictHostKeyChecking=no', `UserKnownHostsFile=${file('known')}`, 'BatchMode=yes'];
      const words = [
        ...options.flatMap((option) => ['-o', option]),
        '-p',
        '2222',
        '-i',
        file('id'),
        `${user}@${ip}`,
        'id',
      ];
      return (await execa('ssh', words, { stdin: 'ignore' })).stdout;
    };

    before(async () => {
      const data = `#cloud-config
hostname: web
users:
  - {name: deploy, shell: /bin/bash, groups: [app], passwd: '${hash}', ssh_authorized_keys: ['${readFileSync(file('id.pub'), 'utf8').trim()}']}
write_files: [{path: /etc/app/conf, content: "hello", owner: 'deploy:app', permissions: '0640'}]
runcmd: ['echo "command as $(id -un), $(systemctl is-active ssh)"', 'echo again >>/root/ran', 'exit 3']
`;
      const options = [
        '--ssh-key',
        `@${file('id.pub')}`,
        '--ssh-port',
        '2222',
        '--timezone',
        'Asia/Tokyo',
        '--user-data',
        file('data', data),
      ];
      const run = await pouch('run', '-d', '--rich', '--wait', '--name', 'box', ...options, debian);
      assert.match(run.stderr, /box is up, and has failed: first-start-command-3/);
    });

    it('gives users their keys, which sshd takes', async () => {
      assert.match(await login('root'), /^uid=0\(root\)/);
      assert.match(await login('deploy'), /^uid=\d+\(deploy\).*\(app\)/);
    });

    it('has sshd listen on its port alone', async () => {
      const listening = await ok('exec', 'box', 'sh', '-c', 'cat /proc/net/tcp | cut -d" " -f5');
      assert.match(listening, /:08AE$/m);
      assert.doesNotMatch(listening, /:0016$/m);
      assert.match(await ok('inspect', '-f', '{{.Config.SshPort}}', 'box'), /^2222$/);
      for (const [port, image] of [
        ['0', debian],
        ['70000', debian],
        ['2222', 'busybox'],
      ] as const) {
        const { stderr } = await pouch('create', '--ssh-port', port, image);
        assert.match(stderr, /--ssh-port[^]*PCH_OPTION_INVALID/);
      }
    });

    it('sets host name, time zone and files, and runs commands when services run', async () => {
      assert.match(await ok('logs', 'box'), /^command as root, active$/m);
      const shown = await ok('exec', 'box', 'sh', '-c', 'hostname; date +%Z; stat -c %U:%G:%a /etc/app/conf');
      assert.deepEqual(shown.split('\n'), ['web', 'JST', 'deploy:app:640']);
    });

    it('shows no hash of a password', async () => {
      const shown = await Promise.all([ok('explain', 'box'), ok('inspect', 'box'), ok('record', 'box')]);
      for (const text of [...shown, await daemon.it.log()]) assert.ok(!text.includes('hiddenhidden'));
      assert.match(shown[0], /firstBoot\.userData +\*{8}/);
    });

    it('is not repeated, and leaves what the container has changed', async () => {
      await ok('exec', 'box', 'sh', '-c', 'rm /root/.ssh/authorized_keys; echo UTC >/etc/timezone');
      await ok('restart', 'box');
      const script = 'cat /root/ran /etc/timezone; test ! -e /root/.ssh/authorized_keys && echo gone';
      assert.equal(await ok('exec', 'box', 'sh', '-c', script), 'again\nUTC\ngone');
    });
  });

  it('works in plain containers, also with ids of their own', async () => {
    const script = 'id deploy; stat -c %u:%a /root/.ssh /root/.ssh/authorized_keys';
    const data = file('plain', '#cloud-config\nusers: [{name: deploy, uid: 1500}]\n');
    const run = ['run', '--rm', '--network', 'none', '--ssh-key', file('id.pub'), '--user-data', data];
    for (const more of [[], ['--userns', 'auto']]) {
      const found = await ok(...run, ...more, debian, 'sh', '-c', script);
      assert.equal(found, 'uid=1500(deploy) gid=1500(deploy) groups=1500(deploy)\n0:700\n0:600');
    }
  });

  const refused: [string, string[], RegExp][] = [
    ['a key of another form', ['--ssh-key', 'ssh-ed25519 AAAA'], /--ssh-key: expected a public ssh key/],
    ['a private key', ['--ssh-key', file('id')], /found a private one: use .*id\.pub/],
    ['an unknown user', ['--ssh-key', `bob:@${file('id.pub')}`], /found no "bob" in \/etc\/passwd/],
    ['an unknown zone', ['--timezone', 'Mars/Base'], /--timezone: expected a zone .*found "Mars\/Base"/],
    [
      'meta data without cloud-init',
      ['--meta-data', '/etc/hostname'],
      /expected an image with \/usr\/bin\/cloud-init/,
    ],
    ['a root file system that is read-only', ['--read-only', '--timezone', 'Etc/UTC'], /found --read-only/],
    [
      'keys for a directory of the host',
      ['-v', '/root:/root', '--ssh-key', file('id.pub')],
      /found the host's directory that is mounted at \/root/,
    ],
  ];
  for (const [name, options, message] of refused)
    it(`is refused with ${name}`, async () => {
      const { stderr, exitCode } = await pouch('create', '--network', 'none', ...options, debian, 'true');
      assert.match(stderr, message);
      assert.match(stderr, /PCH_OPTION_INVALID/);
      assert.equal(exitCode, 125);
    });
});
