import assert from 'node:assert/strict';
import { diffForReload } from '../../../config/index.ts';
import { load } from './fixture.ts';

/** Lines before and after, the settings that a reload applies, and those that need a restart. */
const cases: readonly (readonly [
  before: string,
  after: string,
  reloadable: string[],
  needsRestart: string[],
])[] = [
  ['', '', [], []],
  ['stopTimeout: 90s', 'stopTimeout: 1m30s', [], []],
  ['root: /srv/', 'root: /srv', [], []],
  ['log: { level: debug }', 'log: { level: info }', ['log.level'], []],
  ['', 'registries: { mirrors: { docker.io: [https://m.example] } }', ['registries.mirrors'], []],
  ['defaultUlimits: { nofile: 1 }', 'defaultUlimits: { nofile: 1:2 }', ['defaultUlimits'], []],
  ['plugins: [{ name: a, options: { x: 1 } }]', 'plugins: [{ name: a, options: { x: 2 } }]', ['plugins'], []],
  ['plugins: [{ name: a, onError: skip }]', 'plugins: [{ onError: skip, name: a }]', [], []],
  ['', 'root: /srv', [], ['root']],
  ['', 'listen: [{ address: "tcp://127.0.0.1:2375", insecure: true }]', [], ['listen']],
  ['', 'containerd: { managed: false }', [], ['containerd.managed', 'containerd.address']],
  [
    'network: { mtu: 1400, bridge: br0 }',
    'network: { mtu: 1300, bridge: br1 }',
    ['network.mtu'],
    ['network.bridge'],
  ],
  [
    '',
    'state: /run/x',
    [],
    [
      'state',
      'listen',
      'cgroupParent',
      'containerd.address',
      'containerd.namespace',
      'network.bridge',
      'network.subnet',
    ],
  ],
];

describe('a reload', () => {
  for (const [before, after, reloadable, needsRestart] of cases) {
    it(`from "${before}" to "${after}"`, () => {
      const diff = diffForReload(load(before).config, load(after).config);
      assert.deepEqual(diff.reloadable, reloadable);
      assert.deepEqual(
        diff.needsRestart.map(({ path }) => path),
        needsRestart,
      );
    });
  }

  it('reports why a setting needs a restart', () => {
    const { needsRestart } = diffForReload(load('').config, load('root: /srv').config);
    assert.deepEqual(needsRestart, [{ path: 'root', why: 'containers and images are in the old directory' }]);
  });
});
