import assert from 'node:assert/strict';
import type { ContainerRequest } from '../../../../hooks/index.ts';
import { convert } from '../../../../plugins/host-agent/adopt/convert.ts';
import { declarationOf } from '../../../../plugins/host-agent/adopt/declarationOf.ts';

const options = {
  complete: (request: ContainerRequest) => request,
  isSecretName: (name: string) => name.includes('PASSWORD'),
};

describe('the declaration of a container', () => {
  it('has references to files in the place of secrets, and no other references', () => {
    const request = {
      image: 'a',
      env: { A: '${b}', DB_PASSWORD: 'one', TOKEN: 'two' },
      secretEnv: ['TOKEN'],
      command: ['echo', '${c}'],
    };
    const { Words, Notes, Lost } = declarationOf('web', request, options);
    assert.deepEqual(Words, {
      image: 'a',
      command: ['echo', '$${c}'],
      env: { A: '$${b}', DB_PASSWORD: '${file:/etc/pouch/secrets/web.DB_PASSWORD}' },
      'secret-env': { TOKEN: '${file:/etc/pouch/secrets/web.TOKEN}' },
    });
    assert.equal(Notes.length, 2);
    assert.deepEqual(Lost, []);
  });

  it('has all of its networks, whatever their interfaces are', () => {
    const endpoints = [{ network: 'back', interface: 'eth1', aliases: ['y', 'x'] }];
    const { Words, Lost } = declarationOf('web', { image: 'a', network: { mode: '', endpoints } }, options);
    assert.deepEqual(Words['network'], ['default', { name: 'back', alias: ['y', 'x'] }]);
    assert.deepEqual(Lost, []);
  });

  it('has unmasked system paths, and lists others', () => {
    const unmasked = declarationOf('web', { image: 'a', maskedPaths: [], readonlyPaths: [] }, options);
    assert.deepEqual(unmasked.Words['security-opt'], ['systempaths=unconfined']);
    assert.deepEqual(unmasked.Lost, []);
    const half = declarationOf('web', { image: 'a', maskedPaths: [] }, options);
    assert.match(half.Lost.join(), /maskedPaths/);
  });

  it('lists what it cannot say', () => {
    const request: ContainerRequest = {
      image: 'a',
      autoRemove: true,
      env: { GONE: undefined },
      readonlyPaths: ['/proc/x'],
    };
    const { Lost } = declarationOf('web', request, options);
    assert.match(Lost.join('\n'), /readonlyPaths/);
    assert.match(Lost.join('\n'), /^rm: /m);
  });
});

describe('a container of dockerd', () => {
  const inspected = {
    Id: '0123456789abcdef',
    Name: '/web',
    Image: 'sha256:1',
    Config: {
      Image: 'a',
      Hostname: '0123456789ab',
      Env: ['PATH=/bin', 'A=1'],
      Cmd: ['serve'],
      Entrypoint: null,
      Labels: { 'com.docker.compose.project': 'x', mine: 'y' },
    },
    HostConfig: {
      NetworkMode: 'shop',
      Memory: 64 * 1024 * 1024,
      MemorySwap: 128 * 1024 * 1024,
      ShmSize: 64 * 1024 * 1024,
      Runtime: 'runc',
      IpcMode: 'private',
      LogConfig: { Type: 'json-file', Config: {} },
      MaskedPaths: ['/proc/kcore'],
      Binds: ['data:/data'],
    },
    NetworkSettings: { Networks: { shop: { Aliases: ['0123456789ab', 'w'] } } },
  };
  const image = { Env: ['PATH=/bin'], Cmd: ['serve'] };

  it('is declared without what its image and its daemon have filled in', () => {
    const { Containers, Networks, Volumes } = convert(
      { Containers: [inspected], Images: { 'sha256:1': image } },
      options,
    );
    assert.deepEqual(Containers, [
      {
        Name: 'web',
        Words: {
          image: 'a',
          label: { mine: 'y' },
          volume: ['data:/data'],
          memory: '64m',
          network: 'shop',
          'network-alias': ['w'],
          env: { A: '1' },
        },
        Notes: [],
        Lost: [],
      },
    ]);
    assert.deepEqual(
      [Networks, Volumes].map((list) => list.map(({ Name }) => Name)),
      [['shop'], ['data']],
    );
    assert.match(Volumes[0]?.Notes[0] ?? '', /copy .* \(cp -a\)/);
  });

  it('is named with what Pouch does not have', () => {
    const { HostConfig } = inspected;
    const strange = { ...inspected, HostConfig: { ...HostConfig, UsernsMode: '', StorageOpt: { dm: '1' } } };
    const [declaration] = convert({ Containers: [strange] }, options).Containers;
    assert.match(declaration?.Lost[0] ?? '', /^it cannot be converted: .*dm/);
  });
});
