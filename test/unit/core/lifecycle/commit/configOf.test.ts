import assert from 'node:assert/strict';
import { configOf, mergedConfig } from '../../../../../core/lifecycle/commit/configOf.ts';
import type { ContainerRequest } from '../../../../../hooks/request.ts';
import { record } from '../../record.ts';

const image = {
  Cmd: ['sh'],
  Entrypoint: ['/entry'],
  Env: ['PATH=/bin', 'A=0'],
  Volumes: { '/data': {} },
  User: '5',
};

const of = (request: Partial<ContainerRequest>) => {
  const made = record({});
  const draft = {
    ...made.draft,
    image: { ...made.draft.image, config: { ...made.draft.image.config, config: image } },
  };
  return configOf({ ...made, draft, request: { image: 'busybox', ...request } });
};

describe('the configuration of a committed image', () => {
  it('is the image’s with what was asked for', () => {
    assert.deepEqual(of({}), image);
    const made = of({
      command: ['run'],
      env: { A: '1', B: '2', PATH: undefined },
      network: { mode: 'bridge', exposed: ['80'], ports: [] },
      volumes: [
        { kind: 'volume', destination: '/own' },
        { kind: 'volume', source: 'named', destination: '/named' },
      ],
    });
    assert.deepEqual(made.Cmd, ['run']);
    assert.deepEqual(made.Env, ['A=1', 'B=2']);
    assert.deepEqual(made.ExposedPorts, { '80/tcp': {} });
    assert.deepEqual(made.Volumes, { '/data': {}, '/own': {} });
    assert.deepEqual(of({ entrypoint: ['/other'] }).Cmd, undefined);
  });

  it('has no secrets', () => {
    assert.deepEqual(of({ env: { TOKEN: 'x' }, secretEnv: ['TOKEN'] }).Env, image.Env);
  });

  it('is below that of the commit; a new entrypoint has no command', () => {
    const merged = mergedConfig({ Entrypoint: ['/new'], Env: ['A=2'], User: '' }, of({}));
    assert.deepEqual(merged.Entrypoint, ['/new']);
    assert.equal(merged.Cmd, undefined);
    assert.deepEqual(merged.Env, ['PATH=/bin', 'A=2']);
    assert.equal(merged.User, '5');
    assert.deepEqual(mergedConfig({ Cmd: ['x'] }, of({})).Entrypoint, ['/entry']);
  });
});
