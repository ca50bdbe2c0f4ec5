import assert from 'node:assert/strict';
import { addCoreEffects } from '../../../../../core/plan/coreEffects.ts';
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

  it('maps the ids of volumes, and of bind mounts that ask for it; the runtime does not see the option', async () => {
    const draft = await requested({
      usernsMode: 'auto',
      command: ['true'],
      volumes: [
        { kind: 'volume', source: 'data', destination: '/data' },
        { kind: 'bind', source: '/srv', destination: '/srv', options: ['idmap'] },
        { kind: 'bind', source: '/opt', destination: '/opt' },
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
    assert.deepEqual(args?.['sources'], { '/data': '/root/volumes/data/_data', '/srv': '/srv' });
    assert.deepEqual(needs?.slice(0, 3), ['userns', 'files', 'snapshot']);
    const user = { uid: 0, gid: 0, additionalGids: [], home: '/' };
    const spec = ociSpec(draft, { user, directory: '/d' });
    assert.ok(spec.mounts.every(({ options }) => !options?.includes('idmap')));
    assert.deepEqual(spec.linux.uidMappings, draft.uidMappings);
  });

  it('idmap is refused without', async () => {
    const volumes: ContainerRequest['volumes'] = [
      { kind: 'bind', source: '/srv', destination: '/srv', options: ['idmap'] },
    ];
    await assert.rejects(requested({ volumes }), invalid);
  });
});
