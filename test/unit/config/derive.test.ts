import assert from 'node:assert/strict';
import { formatOrigin } from '../../../config/index.ts';
import { load } from './fixture.ts';

const perDaemon = [
  'listen',
  'cgroupParent',
  'network.bridge',
  'network.subnet',
  'containerd.namespace',
  'containerd.address',
];

describe('defaults derived from state', () => {
  it('are plain names with the origin default for the default state', () => {
    const { config, originOf } = load('');
    assert.equal(config.listen[0]?.url, 'unix:///run/pouch/pouchd.sock');
    assert.equal(config.cgroupParent, '/pouch');
    assert.equal(config.network.bridge, 'pouch0');
    assert.equal(config.network.subnet, '172.29.0.0/16');
    assert.equal(config.containerd.namespace, 'pouch');
    assert.equal(config.containerd.address, '/run/pouch/containerd/containerd.sock');
    for (const path of perDaemon) assert.equal(formatOrigin(originOf(path)), 'default', path);
  });

  it('are the same at each start for another state, with the origin derived', () => {
    const first = load('state: /run/second');
    const { config, originOf } = first;
    assert.equal(config.listen[0]?.url, 'unix:///run/second/pouchd.sock');
    assert.equal(config.containerd.address, '/run/second/containerd/containerd.sock');
    assert.match(config.network.bridge, /^pouch-[0-9a-f]{4}$/);
    assert.equal(config.cgroupParent, `/${config.network.bridge}`);
    assert.equal(config.containerd.namespace, config.network.bridge);
    assert.match(config.network.subnet, /^10\.(1[3-8]\d|12[89]|19[01])\.\d+\.0\/24$/);
    assert.deepEqual(load('state: /run//second/').config, config);
    for (const path of perDaemon) assert.equal(formatOrigin(originOf(path)), 'derived from state', path);
  });

  it('depend on a state set by a variable or flag too', () => {
    const fromFile = load('state: /run/second').config;
    assert.deepEqual(load('', { env: { POUCHD_STATE: '/run/second' } }).config, fromFile);
    assert.deepEqual(load('', { flags: { state: '/run/second' } }).config, fromFile);
  });

  it('differ for a hundred states, except the rare pair with the same hash', () => {
    const configs = Array.from({ length: 100 }, (_, i) => load(`state: /run/state-${i}`).config.network);
    assert.ok(new Set(configs.map(({ bridge }) => bridge)).size >= 99);
    assert.ok(new Set(configs.map(({ subnet }) => subnet)).size >= 98);
  });

  it('are overridden by given values', () => {
    const { config, originOf, file } = load(
      'state: /run/second\nnetwork: { bridge: br7, subnet: 10.7.0.0/24 }\ncgroupParent: /a/b',
    );
    assert.deepEqual(
      [config.network.bridge, config.network.subnet, config.cgroupParent],
      ['br7', '10.7.0.0/24', '/a/b'],
    );
    assert.equal(formatOrigin(originOf('network.bridge')), `${file}:2`);
  });
});

describe('containerd', () => {
  const rows: readonly (readonly [lines: string, managed: boolean, address: string, origins: string])[] = [
    ['', true, '/run/pouch/containerd/containerd.sock', 'default, default'],
    [
      'containerd: { managed: false }',
      false,
      '/run/containerd/containerd.sock',
      'file, derived from containerd.managed',
    ],
    [
      'containerd: { address: /run/k3s/c.sock }',
      false,
      '/run/k3s/c.sock',
      'derived from containerd.address, file',
    ],
    [
      'containerd: { address: unix:///run/k3s/c.sock }',
      false,
      '/run/k3s/c.sock',
      'derived from containerd.address, file',
    ],
    ['containerd: { managed: false, address: /run/c.sock }', false, '/run/c.sock', 'file, file'],
  ];
  for (const [lines, managed, address, origins] of rows) {
    it(`with ${lines || 'nothing'} is ${managed ? 'managed' : 'the one'} at ${address}`, () => {
      const { config, originOf } = load(lines);
      assert.deepEqual([config.containerd.managed, config.containerd.address], [managed, address]);
      const actual = ['containerd.managed', 'containerd.address'].map((path) => formatOrigin(originOf(path)));
      assert.equal(actual.map((origin) => (origin.startsWith('/') ? 'file' : origin)).join(', '), origins);
    });
  }
});
