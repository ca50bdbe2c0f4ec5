import assert from 'node:assert/strict';
import { ownVolumeName } from '../../../../../core/contract/ownVolume.ts';
import { heldVolumes } from '../../../../../core/plan/request/heldVolumes.ts';
import type { ContainerDraft } from '../../../../../hooks/draft.ts';
import type { ContainerRequest, VolumeRequest } from '../../../../../hooks/request.ts';
import { record } from '../../record.ts';
import { containerId, requested } from '../support.ts';

describe('volumes in a request', () => {
  const drafted = (...volumes: VolumeRequest[]) => requested({ volumes });

  it('a bind mount is one of the host’s path, which is checked before', async () => {
    const draft = await drafted({ kind: 'bind', source: '/srv', destination: '/data/', readonly: true });
    assert.deepEqual(draft.mounts['/data'], {
      type: 'bind',
      source: '/srv',
      options: ['rbind', 'ro', 'rprivate'],
    });
    assert.deepEqual(draft.effects['bind./data'], {
      kind: 'bind-source',
      stage: 'create',
      args: { path: '/srv', create: false },
    });
  });

  it('a propagation that is asked for takes the place of the default', async () => {
    const draft = await drafted({ kind: 'bind', source: '/srv', destination: '/data', options: ['rslave'] });
    assert.deepEqual(draft.mounts['/data']?.options, ['rbind', 'rw', 'rslave']);
  });

  it('a named volume is filled from the image’s path, unless that is not wanted', async () => {
    const draft = await drafted(
      { kind: 'volume', source: 'named', destination: '/a' },
      { kind: 'volume', source: 'other', destination: '/b', nocopy: true },
    );
    assert.equal(draft.mounts['/a']?.source, '/root/volumes/named/_data');
    assert.deepEqual(draft.effects['volume./a']?.args, { name: 'named', anonymous: false, copyFrom: '/a' });
    assert.deepEqual(draft.effects['volume./b']?.args, { name: 'other', anonymous: false, copyFrom: '' });
  });

  describe('of other containers', () => {
    const holder = async () =>
      heldVolumes(
        record({
          draft: await requested({
            volumes: [
              { kind: 'volume', source: 'named', destination: '/named' },
              { kind: 'volume', destination: '/anonymous' },
              { kind: 'bind', source: '/srv', destination: '/bind', readonly: true },
              { kind: 'tmpfs', destination: '/tmpfs' },
            ],
          }),
        }),
      );
    const from = async (request: Partial<ContainerRequest>) =>
      (await requested(request, {}, {}, {}, { web: await holder() })).mounts;
    const mountsOf = (mounts: ContainerDraft['mounts']) =>
      ['/named', '/anonymous', '/bind', '/tmpfs'].map(
        (path) => mounts[path] && `${mounts[path].source} ${mounts[path].options[1]}`,
      );
    const anonymous = `/root/volumes/${ownVolumeName(containerId, 1)}/_data`;

    it('are mounted as in the other, tmpfs excepted', async () => {
      assert.deepEqual(mountsOf(await from({ volumesFrom: ['web'] })), [
        '/root/volumes/named/_data rw',
        `${anonymous} rw`,
        '/srv ro',
        undefined,
      ]);
    });

    it('are read-only if that is asked for, and give way to mounts of the request', async () => {
      const volumes: VolumeRequest[] = [{ kind: 'volume', source: 'mine', destination: '/named' }];
      assert.deepEqual(mountsOf(await from({ volumesFrom: ['web:ro,z'], volumes })), [
        '/root/volumes/mine/_data rw',
        `${anonymous} ro`,
        '/srv ro',
        undefined,
      ]);
    });

    for (const source of ['', ':ro', 'web:rx', 'web:ro,rw'])
      it(`"${source}" is refused`, async () => {
        await assert.rejects(from({ volumesFrom: [source] }), { code: 'PCH_OPTION_INVALID' });
      });
  });

  it('a volume at a path that the image does not have is not filled', async () => {
    const draft = await drafted({ kind: 'volume', source: 'named', destination: '/elsewhere' });
    assert.equal(draft.effects['volume./elsewhere']?.args['copyFrom'], '');
  });

  it('a file is not mounted on a directory of the image', async () => {
    const file = { kind: 'bind' as const, source: '/etc/passwd' };
    await assert.rejects(drafted({ ...file, destination: '/a/' }), {
      code: 'PCH_OPTION_INVALID',
      field: 'volumes[0].destination',
      message: /expected a file at \/a of the image, as the source is one; found a directory/,
    });
    await drafted({ ...file, destination: '/b' }, { kind: 'bind', source: '/etc', destination: '/a' });
    await drafted({ kind: 'bind', source: '/no/such', destination: '/a' });
  });

  it('more than 1024 are refused', async () => {
    const volumes = [...Array(1025).keys()].map((n) => ({ kind: 'tmpfs' as const, destination: `/t${n}` }));
    await assert.rejects(drafted(...volumes), {
      code: 'PCH_OPTION_INVALID',
      message: /expected at most 1024 mounts, found 1025/,
    });
  });

  it('anonymous ones, also the image’s, have names of the container’s id', async () => {
    const volumes = [{ kind: 'volume' as const, destination: '/mine' }];
    const draft = await requested({ volumes }, { Volumes: { '/image': {}, '/mine/': {} } });
    const names = ['/image', '/mine'].map((path) => draft.effects[`volume.${path}`]!.args['name'] as string);
    assert.equal(new Set(names).size, 2);
    for (const name of names) {
      assert.equal(name.length, 64);
      assert.ok(name.startsWith(containerId.slice(0, 56)));
    }
    assert.equal(Object.keys(draft.effects).length, 2);
  });

  it('a tmpfs has safe options unless they are lifted', async () => {
    const draft = await drafted({ kind: 'tmpfs', destination: '/t', options: ['exec', 'size=1m'] });
    assert.deepEqual(draft.mounts['/t']?.options, ['nosuid', 'nodev', 'exec', 'size=1m']);
  });

  const wrong: [string, VolumeRequest[]][] = [
    ['a relative destination', [{ kind: 'tmpfs', destination: 'data' }]],
    ['the root', [{ kind: 'tmpfs', destination: '/.' }]],
    ['a relative source', [{ kind: 'bind', source: 'srv', destination: '/data' }]],
    ['an invalid name', [{ kind: 'volume', source: '../up', destination: '/data' }]],
    [
      'two mounts in one place',
      [
        { kind: 'tmpfs', destination: '/data' },
        { kind: 'volume', destination: '/data/../data' },
      ],
    ],
  ];
  for (const [what, volumes] of wrong)
    it(`${what} is refused`, async () => {
      await assert.rejects(drafted(...volumes), { code: 'PCH_OPTION_INVALID' });
    });
});
