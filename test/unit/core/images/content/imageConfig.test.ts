import assert from 'node:assert/strict';
import { parseConfig } from '../../../../../core/images/content/manifest.ts';
import { PouchError } from '../../../../../hooks/errors.ts';
import { pick, seededRandom } from '../../../../support/seededRandom.ts';

const digest = `sha256:${'0'.repeat(64)}`;
const valid = {
  architecture: 'amd64',
  os: 'linux',
  created: '2026-01-31T10:00:00.123456789Z',
  config: {
    User: 'app',
    ExposedPorts: { '80/tcp': {} },
    Env: ['PATH=/bin'],
    Entrypoint: ['/app'],
    Cmd: ['--serve'],
    Volumes: { '/data': {} },
    WorkingDir: '/srv',
    Labels: { tier: 'web' },
    StopSignal: 'SIGTERM',
  },
  rootfs: { type: 'layers', diff_ids: [digest] },
  history: [{ created_by: 'ADD', empty_layer: true }],
};

const parse = (json: unknown) => parseConfig(Buffer.from(JSON.stringify(json)), 'app:1');
const entries = (count: number, value: unknown) =>
  Object.fromEntries([...Array(count).keys()].map((n) => [`/v${n}`, value]));

describe('an image configuration', () => {
  it('is read unchanged', () => {
    assert.deepEqual(parse(valid), valid);
  });

  it('may have null for optional fields, as docker build writes it', () => {
    const { config } = parse({ ...valid, config: { Cmd: null, Volumes: null, Labels: null }, history: null });
    assert.deepEqual(config, {});
    assert.equal(parse({ ...valid, config: null }).config, undefined);
  });

  const faults: [string, object, RegExp][] = [
    ['Env', { config: { Env: 'A=b' } }, /config\.Env: expected array, found "A=b"/],
    ['an entry of Env', { config: { Env: ['A=b', 7] } }, /config\.Env\.1: expected string, found 7/],
    ['Cmd', { config: { Cmd: { a: 1 } } }, /config\.Cmd: expected array/],
    ['Entrypoint', { config: { Entrypoint: 'sh' } }, /config\.Entrypoint: expected array, found "sh"/],
    ['WorkingDir', { config: { WorkingDir: ['/'] } }, /config\.WorkingDir: expected string/],
    ['User', { config: { User: 0 } }, /config\.User: expected string, found 0/],
    ['ExposedPorts', { config: { ExposedPorts: [80] } }, /config\.ExposedPorts: expected object/],
    ['Volumes', { config: { Volumes: ['/data'] } }, /config\.Volumes: expected object/],
    ['a label', { config: { Labels: { a: { b: 1 } } } }, /config\.Labels\.a: expected string/],
    ['StopSignal', { config: { StopSignal: 15 } }, /config\.StopSignal: expected string, found 15/],
    ['config', { config: 'none' }, /config: expected object, found "none"/],
    ['history', { history: 'long' }, /history: expected array/],
    ['an entry of history', { history: [null] }, /history\.0: expected object/],
    ['rootfs', { rootfs: 7 }, /rootfs\.diff_ids: expected/],
    ['a digest', { rootfs: { diff_ids: ['sha256:short'] } }, /rootfs\.diff_ids: expected digests/],
    ['created', { created: 'yesterday' }, /created: expected an RFC 3339 time, found "yesterday"/],
    ['os', { os: ['linux'] }, /os: expected string/],
    [
      'too many volumes',
      { config: { Volumes: entries(1000, {}) } },
      /config\.Volumes: expected at most 256 entries, found 1000/,
    ],
    [
      'too many labels',
      { config: { Labels: entries(5000, '') } },
      /config\.Labels: expected at most 4096 entries/,
    ],
  ];
  for (const [name, change, message] of faults)
    it(`is rejected for ${name}, with a message that names image and field`, () => {
      assert.throws(
        () => parse({ ...valid, ...change }),
        (error: PouchError) => {
          assert.equal(error.code, 'PCH_IMAGE_INVALID');
          assert.match(error.message, /^invalid image app:1: /);
          assert.match(error.message, message);
          return true;
        },
      );
    });

  it('with random damage is read or rejected, and nothing else', () => {
    const random = seededRandom(8);

    const junk = [null, 0, -1, 1.5, true, '', 'x', [], [[]], {}, { a: null }, ['x', null], { '/x': 7 }];
    for (let round = 0; round < 500; round++) {
      const damaged = structuredClone(valid) as Record<string, unknown>;
      const target = random.below(2) === 0 ? damaged : (damaged['config'] as Record<string, unknown>);
      target[pick(random, Object.keys(target))] = pick(random, junk);
      try {
        parse(damaged);
      } catch (error) {
        assert.ok(error instanceof PouchError && error.code === 'PCH_IMAGE_INVALID', JSON.stringify(damaged));
      }
    }
  });
});
