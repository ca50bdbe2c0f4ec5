import assert from 'node:assert/strict';
import { ownFilePath } from '../../../../core/contract/ownFiles.ts';
import { ociSpec } from '../../../../core/plan/ociSpec.ts';
import type { ContainerRequest } from '../../../../hooks/request.ts';
import { containerId, requested } from './support.ts';

describe('the OCI spec of a draft', () => {
  const root = { uid: 0, gid: 0, additionalGids: [0], home: '/root', name: 'root', shell: '/bin/sh' };

  async function specOf(
    request: Partial<ContainerRequest>,
    facts: Partial<Parameters<typeof ociSpec>[1]> = {},
  ) {
    const draft = await requested({ command: ['true'], ...request });
    return ociSpec(draft, { user: root, directory: '/d', ...facts });
  }

  it('is the entrypoint with the command, in its directory, with its variables', async () => {
    const { process } = await specOf({
      entrypoint: ['sh'],
      command: ['-c', 'x'],
      cwd: '/w',
      env: { A: 'b=c' },
    });
    assert.deepEqual(process.args, ['sh', '-c', 'x']);
    assert.equal(process.cwd, '/w');
    for (const entry of ['HOME=/root', 'A=b=c', `HOSTNAME=${containerId.slice(0, 12)}`])
      assert.ok(process.env.includes(entry), entry);
  });

  it('has neither mounts that pouchd makes later nor files of the root file system', async () => {
    const draft = await requested({ command: ['true'] });
    draft.mounts['/proc/uptime'] = { type: 'bind', source: '/run/uptime', options: ['late'] };
    draft.files['/etc/own'] = { content: '', mode: 0o644, readonly: false, own: 'once' };
    draft.files['/etc/mounted'] = { content: '', mode: 0o644, readonly: false };
    const { mounts } = ociSpec(draft, { user: root, directory: '/d' });
    const found = mounts.map(({ destination }) => destination);
    assert.deepEqual(
      found.filter((path) => /uptime|own|mounted/.test(path)),
      ['/etc/mounted'],
    );
  });

  describe('the kernel settings of its network', () => {
    const ports = 'net.ipv4.ip_unprivileged_port_start';
    const ping = 'net.ipv4.ping_group_range';
    const settings = async (request: Partial<ContainerRequest>) => (await specOf(request)).linux.sysctl;

    it('let every user bind low ports and ping', async () => {
      assert.deepEqual(await settings({}), { [ports]: '0', [ping]: '0 2147483647' });
    });

    it('name groups that its user namespace has', async () => {
      const draft = await requested({ command: ['true'] });
      draft.gidMappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
      const { linux } = ociSpec(draft, { user: root, directory: '/d' });
      assert.equal(linux.sysctl?.[ping], '0 65535');
    });

    it('name groups that the user namespace of pouchd has', async () => {
      const draft = await requested({ command: ['true'] });
      const { linux } = ociSpec(draft, { user: root, directory: '/d', lastGroup: 65_535 });
      assert.equal(linux.sysctl?.[ping], '0 65535');
    });

    it('are those of the request', async () => {
      assert.equal((await settings({ sysctls: { [ports]: '80' } }))?.[ports], '80');
    });

    for (const mode of ['host', 'container:web'])
      it(`are left alone with the network ${mode}`, async () => {
        assert.equal(await settings({ network: { mode } }), undefined);
      });
  });

  it('has its domain name as a kernel setting too, as runc before 1.2 takes no other', async () => {
    const spec = await specOf({ domainname: 'example.org' });
    assert.equal(spec.domainname, 'example.org');
    assert.equal(spec.linux.sysctl?.['kernel.domainname'], 'example.org');
    const shared = await specOf({ domainname: 'example.org', utsMode: 'host' });
    assert.deepEqual([shared.domainname, shared.linux.sysctl?.['kernel.domainname']], [undefined, undefined]);
  });

  it('in the network of another container has its name and its files', async () => {
    const spec = await specOf({ network: { mode: 'container:web' } });
    assert.equal(spec.hostname, 'host-of-id-of-web');
    assert.ok(spec.process.env.includes('HOSTNAME=host-of-id-of-web'));
    const hosts = spec.mounts.find(({ destination }) => destination === '/etc/hosts');
    assert.equal(hosts?.source, '/files/of/id-of-web');
  });

  it('without any command is an error', async () => {
    await assert.rejects(specOf({ command: [] }), { code: 'PCH_COMMAND_MISSING' });
  });

  it('has the small init before the command, bound from the host', async () => {
    const spec = await specOf({ init: true }, { initPath: '/usr/bin/tini-static' });
    assert.deepEqual(spec.process.args, ['/.pouch/init', '--', 'true']);
    const mount = spec.mounts.find(({ destination }) => destination === '/.pouch/init');
    assert.equal(mount?.source, '/usr/bin/tini-static');
    await assert.rejects(specOf({ init: true }), { code: 'PCH_INIT_NOT_INSTALLED' });
  });

  it('lets root have its capabilities in effect, and another user only in the bounding set', async () => {
    const effective = async (uid: number) =>
      (await specOf({}, { user: { ...root, uid } })).process.capabilities;
    assert.ok((await effective(0))?.effective?.includes('CAP_CHOWN'));
    assert.deepEqual((await effective(1000))?.effective, []);
    assert.ok((await effective(1000))?.bounding?.includes('CAP_CHOWN'));
  });

  it('mounts parents before children', async () => {
    const volumes = ['/a/b/c', '/a', '/a/b'].map((destination) => ({ kind: 'tmpfs' as const, destination }));
    const order = (await specOf({ volumes })).mounts.map(({ destination }) => destination);
    assert.ok(order.indexOf('/a') < order.indexOf('/a/b'));
    assert.ok(order.indexOf('/a/b') < order.indexOf('/a/b/c'));
    assert.ok(order.indexOf('/dev') < order.indexOf('/dev/pts'));
  });

  it('binds the container’s own files from its directory', async () => {
    const draft = await requested({ command: ['true'] });
    draft.files['/etc/app/x y'] = { content: '', mode: 0o644, readonly: true };
    const { mounts } = ociSpec(draft, { user: root, directory: '/d' });
    const mount = mounts.find(({ destination }) => destination === '/etc/app/x y');
    assert.deepEqual(mount?.options, ['rbind', 'rprivate', 'ro']);
    assert.equal(mount?.source, ownFilePath('/d', '/etc/app/x y'));
    assert.equal(ownFilePath('/d', '/etc/app/x y'), '/d/files/etc%2Fapp%2Fx%20y');
  });

  it('forbids all devices first, then allows what is given', async () => {
    const { linux } = await specOf({ devices: [{ host: '/dev/null', path: '/dev/x', access: 'r' }] });
    assert.deepEqual(linux.resources?.devices, [
      { allow: false, access: 'rwm' },
      { allow: true, type: 'c', major: 1, minor: 3, access: 'r' },
    ]);
    assert.equal(linux.devices?.[0]?.path, '/dev/x');
  });

  it('binds nodes of its own for devices where it has users of its own, but not for all of the host', async () => {
    const devices = [{ host: '/dev/null', path: '/dev/x', access: 'rw' }];
    const sourceOf = async (privileged: boolean) => {
      const draft = await requested({ command: ['true'], devices, privileged });
      draft.uidMappings = draft.gidMappings = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
      const { mounts, linux } = ociSpec(draft, { user: root, directory: '/d' });
      assert.ok(!linux.devices?.some(({ path }) => path === '/dev/x'));
      return mounts.find(({ destination }) => destination === '/dev/x')?.source;
    };
    assert.equal(await sourceOf(false), '/d/files/dev%2Fx');
    assert.equal(await sourceOf(true), '/dev/null');
  });

  it('has namespaces of its own, without those that are the host’s', async () => {
    const types = async (request: Partial<ContainerRequest>) =>
      (await specOf(request)).linux.namespaces.map(({ type }) => type).sort();
    assert.deepEqual(await types({}), ['cgroup', 'ipc', 'mount', 'network', 'pid', 'uts']);
    assert.deepEqual(await types({ network: { mode: 'host' }, pidMode: 'host' }), [
      ...['cgroup', 'ipc', 'mount', 'uts'],
    ]);
  });

  it('with the host’s UTS namespace leaves the host’s name alone', async () => {
    assert.equal((await specOf({ hostname: 'box' })).hostname, 'box');
    assert.equal((await specOf({ utsMode: 'host' })).hostname, undefined);
  });

  it('is confined by default, and not when it is privileged', async () => {
    const plain = await specOf({});
    assert.ok(plain.linux.seccomp && plain.linux.maskedPaths?.includes('/proc/kcore'));
    const { linux } = await specOf({ privileged: true });
    assert.equal(linux.seccomp, undefined);
    assert.deepEqual([linux.maskedPaths, linux.readonlyPaths], [[], []]);
  });
});
