import assert from 'node:assert/strict';
import { addCoreEffects } from '../../../../../core/plan/coreEffects.ts';
import { leaveUserns } from '../../../../../core/plan/request/userns.ts';
import { ociSpec } from '../../../../../core/plan/ociSpec.ts';
import type { ContainerRequest } from '../../../../../hooks/request.ts';
import { requested } from '../support.ts';

describe('--userns', () => {
  const invalid = { code: 'PCH_OPTION_INVALID' };

  it('is the host’s users unless something else is said', async () => {
    for (const usernsMode of ['', 'host']) {
      const { uidMappings, namespaces } = await requested({ usernsMode });
      assert.deepEqual([uidMappings, namespaces.user], [[], undefined]);
    }
  });

  it('auto: free ids, as many as are asked for', async () => {
    const { uidMappings, gidMappings, namespaces } = await requested({ usernsMode: 'auto' });
    assert.deepEqual(uidMappings, [{ containerID: 0, hostID: 100_000, size: 65_536 }]);
    assert.deepEqual(gidMappings, uidMappings);
    assert.equal(namespaces.user, '');
    assert.equal((await requested({ usernsMode: 'auto:size=1000' })).uidMappings[0]?.size, 1000);
  });

  it('given ids', async () => {
    const { uidMappings } = await requested({ usernsMode: '0:5000:2000' });
    assert.deepEqual(uidMappings, [{ containerID: 0, hostID: 5000, size: 2000 }]);
  });

  for (const usernsMode of [
    'bogus',
    'auto:',
    'auto:size=',
    'auto:size=999',
    'autox',
    '1:5000:2000',
    '0:5000',
    '0:5000:9',
    '0:4294967000:2000',
    'container:x',
  ])
    it(`${usernsMode} is refused`, async () => {
      await assert.rejects(requested({ usernsMode }), invalid);
    });

  const others: [string, Partial<ContainerRequest>][] = [
    ['the host’s processes', { pidMode: 'host' }],
    ['another container’s processes', { pidMode: 'container:x' }],
    ['another container’s IPC', { ipcMode: 'container:x' }],
  ];
  for (const [what, request] of others)
    it(`not with ${what}`, async () => {
      await assert.rejects(requested({ usernsMode: 'auto', ...request }), invalid);
    });

  it('shows the host’s /sys where the network is another’s', async () => {
    const draft = await requested({ usernsMode: 'auto', network: { mode: 'host' } });
    assert.equal(draft.mounts['/sys']?.type, 'bind');
    assert.equal((await requested({ usernsMode: 'auto' })).mounts['/sys']?.type, 'sysfs');
  });

  it('keeps the flags of the host’s mount: a read-only remount in a user namespace may not clear them', async () => {
    const mountinfo = '30 21 0:41 / /srv rw,nosuid,nodev,relatime shared:1 - tmpfs x rw\n';
    const volumes = [{ kind: 'bind' as const, source: '/srv/x', destination: '/x', readonly: true }];
    const optionsOf = async (usernsMode: string) =>
      (await requested({ usernsMode, volumes }, {}, {}, { mountinfo })).mounts['/x']?.options;
    assert.deepEqual(await optionsOf('host'), ['rbind', 'ro', 'rprivate']);
    assert.deepEqual(await optionsOf('auto'), ['rbind', 'ro', 'rprivate', 'nosuid', 'nodev', 'idmap']);
  });

  it('maps the ids of volumes and bind mounts; the runtime does not see the option', async () => {
    const draft = await requested({
      usernsMode: 'auto',
      command: ['true'],
      volumes: [
        { kind: 'volume', source: 'data', destination: '/data' },
        { kind: 'bind', source: '/srv', destination: '/srv', options: ['idmap'] },
        { kind: 'bind', source: '/opt', destination: '/opt', options: ['noidmap'] },
        { kind: 'bind', source: '/var', destination: '/var' },
      ],
    });
    draft.namespaces.user = '/run/userns';
    addCoreEffects(draft, {
      directory: '/d',
      netnsPath: '/run/netns',
      usernsPath: '/run/userns',
      idmapDirectory: '/run/idmapped',
      containerdType: 'x',
      stdioLog: null,
      networkFirst: false,
    });
    const { args, needs } = draft.effects['idmap'] ?? {};
    assert.deepEqual(args?.['sources'], {
      '/data': '/root/volumes/data/_data',
      '/srv': '/srv',
      '/var': '/var',
    });
    assert.deepEqual(needs?.slice(0, 3), ['userns', 'files', 'snapshot']);
    const user = { uid: 0, gid: 0, additionalGids: [], home: '/', name: '', shell: '' };
    const spec = ociSpec(draft, { user, directory: '/d' });
    assert.ok(spec.mounts.every(({ options }) => !options?.some((option) => option.includes('idmap'))));
    assert.deepEqual(spec.linux.uidMappings, draft.uidMappings);
  });

  it('a bind mount keeps the ids of the host where its file system cannot map them, or later mounts reach it', async () => {
    const bind = (source: string, ...options: string[]) => ({
      kind: 'bind' as const,
      source,
      destination: source,
      options,
    });
    const volumes = [bind('/srv'), bind('/opt', 'rslave')];
    const { mounts } = await requested({ usernsMode: 'auto', volumes }, {}, {}, { unmappable: ['/srv'] });
    for (const path of ['/srv', '/opt']) assert.ok(!mounts[path]?.options.includes('idmap'), path);
  });

  describe('prefer-auto, the default of rich containers', () => {
    const rich = { enabled: true };

    it('gives free ids', async () => {
      assert.equal((await requested({ rich })).uidMappings[0]?.hostID, 100_000);
    });

    const without: [string, Partial<ContainerRequest>, string?][] = [
      ['that have the host’s processes', { pidMode: 'host' }],
      ['that join another’s IPC', { ipcMode: 'container:x' }],
      ['that are privileged', { privileged: true }],
      ['on a host that cannot map images', {}, '/root is on overlay'],
    ];
    for (const [which, request, obstacle] of without)
      it(`gives none to containers ${which}`, async () => {
        const host = obstacle === undefined ? {} : { obstacle };
        const draft = await requested({ rich, ...request }, {}, {}, host);
        assert.deepEqual([draft.uidMappings, draft.namespaces.user], [[], undefined]);
        await assert.doesNotReject(requested({ rich, usernsMode: 'host', ...request }, {}, {}, host));
      });

    it('is taken back where the runtime lacks it', async () => {
      const volumes = [{ kind: 'bind' as const, source: '/srv', destination: '/srv' }];
      const asked = { rich, volumes, network: { mode: 'host' } };
      const draft = await requested(asked);
      assert.ok(draft.mounts['/srv']?.options.includes('idmap'));
      leaveUserns(draft);
      const without = await requested({ ...asked, usernsMode: 'host' });
      assert.deepEqual({ ...draft, image: undefined }, { ...without, image: undefined });
    });
  });

  it('idmap is refused without', async () => {
    const volumes: ContainerRequest['volumes'] = [
      { kind: 'bind', source: '/srv', destination: '/srv', options: ['idmap'] },
    ];
    await assert.rejects(requested({ volumes }), invalid);
  });
});
