import assert from 'node:assert/strict';
import {
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { FirstBootSetup, FirstUser } from '../../../../../../core/contract/firstBoot/types.ts';
import { setUp } from '../../../../../../core/files/worker/firstBoot/firstBoot.ts';
import { using } from '../../../../../../core/files/worker/openInside.ts';
import { skip } from '../../../../../support/skip.ts';
import { temporaryDirectory } from '../../../temporaryDirectory.ts';

const user = (name: string, more: Partial<FirstUser> = {}): FirstUser => ({
  name,
  gecos: '',
  createHome: true,
  groups: [],
  system: false,
  sudo: [],
  isLocked: true,
  ...more,
});

const nothing: FirstBootSetup = { groups: [], users: [], keys: [], files: [] };

describe('the first start in an untrusted root', () => {
  const directory = temporaryDirectory();
  let root: string;

  beforeEach(() => {
    root = join(directory.path, 'root');
    mkdirSync(join(root, 'etc/skel'), { recursive: true });
    mkdirSync(join(root, 'root'));
    put('etc/passwd', 'root:x:0:0:r\xe4:/root:/bin/sh\n');
    put('etc/group', 'root:x:0:\nstaff:x:1000:\n');
    put('etc/shadow', 'root:*:1:0:99999:7:::\n');
    put('etc/skel/.profile', 'skel\n');
  });

  const put = (path: string, text: string) => writeFileSync(join(root, path), text, 'latin1');
  const read = (path: string) => readFileSync(join(root, path), 'latin1');
  const mode = (path: string) => lstatSync(join(root, path)).mode & 0o7777;
  // Ids of the container become those of this process, so that the test runs as any user.
  const mappings = (id: number) => Array.from({ length: 1 }, () => ({ containerID: 0, hostID: id, size: 1 }));
  const run = (setup: Partial<FirstBootSetup>, isRoot = process.getuid!() === 0) =>
    using(openSync(root, 'r'), (handle) =>
      setUp(handle, {
        setup: { ...nothing, ...setup },
        uidMappings: isRoot ? [] : mappings(process.getuid!()),
        gidMappings: isRoot ? [] : mappings(process.getgid!()),
        today: 20_000,
      }),
    );

  it('has sshd listen on a port alone, by a file that its configuration includes', () => {
    mkdirSync(join(root, 'etc/ssh'));
    mkdirSync(join(root, 'etc/systemd/system'), { recursive: true });
    put('etc/systemd/system/ssh.socket', '[Socket]\nListenStream=22\n');
    const [global, ofMatch] = [
      'Include /etc/ssh/sshd_config.d/*.conf\nPort 22\n#Port 2\nUsePAM yes\n',
      'Match User x\n  PermitTTY no\n',
    ];
    put('etc/ssh/sshd_config', global + ofMatch);
    for (const port of [2222, 2222, 2200]) {
      assert.deepEqual(run({ sshPort: port }), []);
      assert.equal(read('etc/ssh/sshd_config'), global.replace('\nPort', '\n#Port') + ofMatch);
      assert.equal(
        read('etc/ssh/sshd_config.d/00-pouch.conf'),
        `# Written by Pouch at the first start of the container.\nPort ${port}\n`,
      );
      assert.match(
        read('etc/systemd/system/ssh.socket.d/00-pouch.conf'),
        new RegExp(`=\\nListenStream=${port}`),
      );
    }
  });

  it('has sshd listen on a port by its configuration, where that includes nothing', () => {
    mkdirSync(join(root, 'etc/ssh'));
    put('etc/ssh/sshd_config', 'port 22\nMatch User x\n  PermitTTY no\n');
    for (let times = 0; times < 2; times++) {
      assert.deepEqual(run({ sshPort: 2222 }), []);
      assert.equal(read('etc/ssh/sshd_config'), 'Port 2222\n#port 22\nMatch User x\n  PermitTTY no\n');
    }
  });

  it('reports that the port of an sshd that does not exist cannot be set', () =>
    assert.deepEqual(run({ sshPort: 2222 }), ['the port of sshd: /etc/ssh/sshd_config does not exist']));

  it('adds keys once, with the modes that sshd asks for, and keeps what it finds', () => {
    mkdirSync(join(root, 'root/.ssh'));
    put('root/.ssh/authorized_keys', 'ssh-ed25519 OLD me');
    const keys = [
      { user: 'root', key: 'ssh-ed25519 OLD other' },
      { user: 'root', key: 'ssh-ed25519 NEW' },
    ];
    for (let times = 0; times < 2; times++) assert.deepEqual(run({ keys }), []);
    assert.equal(read('root/.ssh/authorized_keys'), 'ssh-ed25519 OLD me\nssh-ed25519 NEW\n');
  });

  it('makes a new directory for keys private', () => {
    assert.deepEqual(run({ keys: [{ user: 'root', key: 'ssh-ed25519 K' }] }), []);
    assert.deepEqual([mode('root/.ssh'), mode('root/.ssh/authorized_keys')], [0o700, 0o600]);
  });

  it('does not leave the root by links', () => {
    mkdirSync(join(directory.path, 'outside'));
    symlinkSync(join(directory.path, 'outside'), join(root, 'root/.ssh'));
    const problems = run({ keys: [{ user: 'root', key: 'ssh-ed25519 K' }] });
    assert.match(problems.join(), /ssh keys of root/);
    assert.throws(() => read('../outside/authorized_keys'), /ENOENT/);
  });

  it('names what it leaves out, and does the rest', () => {
    const problems = run({ keys: [{ user: 'nobody', key: 'ssh-ed25519 K' }], timezone: 'Etc/UTC' });
    assert.deepEqual(problems, ['ssh keys of nobody: /etc/passwd has no user nobody']);
    assert.equal(readlinkSync(join(root, 'etc/localtime')), '/usr/share/zoneinfo/Etc/UTC');
    assert.equal(read('etc/timezone'), 'Etc/UTC\n');
  });

  it('appends to a file once', () => {
    put('etc/motd', 'a\n');
    const content = Buffer.from('b\n').toString('base64');
    const file = { path: '/etc/motd', content, owner: 'root', mode: 0o644, append: true };
    run({ files: [file] });
    run({ files: [file] });
    assert.equal(read('etc/motd'), 'a\nb\n');
  });

  describe('as root', () => {
    before(function () {
      if (process.getuid!() !== 0) skip(this, 'only root can give files to other users');
    });

    it('creates accounts once, beside those of the image, whose bytes it keeps', () => {
      const setup = {
        groups: [{ name: 'app', members: ['deploy'] }],
        users: [
          user('deploy', { groups: ['staff'], sudo: ['ALL=(ALL) ALL'], passwordHash: '$6$a$bcdefghi' }),
          user('daemon1', { system: true, createHome: false }),
        ],
      };
      assert.deepEqual(run(setup), []);
      const texts = ['etc/passwd', 'etc/group', 'etc/shadow'].map(read);
      assert.equal(
        texts[0],
        'root:x:0:0:r\xe4:/root:/bin/sh\ndeploy:x:1002:1002::/home/deploy:/bin/sh\n' +
          'daemon1:x:100:100::/home/daemon1:/bin/sh\n',
      );
      assert.match(texts[1]!, /^staff:x:1000:deploy\napp:x:1001:deploy\ndeploy:x:1002:\n/m);
      assert.match(texts[2]!, /^deploy:!\$6\$a\$bcdefghi:20000:0:99999:7:::\ndaemon1:\*:/m);
      assert.equal(read('home/deploy/.profile'), 'skel\n');
      assert.equal(lstatSync(join(root, 'home/deploy')).uid, 1002);
      assert.equal(mode('etc/sudoers.d/90-pouch-users'), 0o440);
      assert.deepEqual(run(setup), []);
      assert.deepEqual(['etc/passwd', 'etc/group', 'etc/shadow'].map(read), texts);
    });

    it('writes files for the users that it creates', () => {
      const file = { path: '/srv/app/conf', content: 'aGk=', owner: 'deploy', mode: 0o600, append: false };
      assert.deepEqual(run({ users: [user('deploy')], files: [file] }), []);
      assert.equal(read('srv/app/conf'), 'hi');
      const { uid } = lstatSync(join(root, 'srv/app/conf'));
      assert.deepEqual([uid, mode('srv/app/conf'), mode('srv/app')], [1001, 0o600, 0o755]);
    });
  });
});
