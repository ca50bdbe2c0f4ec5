import assert from 'node:assert/strict';
import { runtimeGrants } from '../../../../config/formats/runtimeGrant.ts';
import { decode } from './decode.ts';

const map = (fields: object): unknown =>
  new Map(Object.entries(fields).map(([name, value]) => [name, isMap(value) ? map(value) : value]));
const isMap = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

describe('grants.runtimes', () => {
  const cases: [written: unknown, grant: object][] = [
    ['/usr/local/bin/youki', { binary: '/usr/local/bin/youki' }],
    ['io.containerd.runsc.v1', { shim: 'io.containerd.runsc.v1' }],
    [
      { shim: 'io.containerd.runsc.v1', config: ['/etc/runsc.toml'], annotations: ['dev.gvisor.*'] },
      { shim: 'io.containerd.runsc.v1', config: ['/etc/runsc.toml'], annotations: ['dev.gvisor.*'] },
    ],
  ];
  for (const [written, grant] of cases)
    it(`reads ${JSON.stringify(written)}, and writes it again`, () => {
      const { value, issues } = decode(runtimeGrants, map({ fast: written }));
      assert.deepEqual([value, issues], [{ fast: grant }, []]);
      assert.deepEqual(JSON.parse(JSON.stringify(runtimeGrants.encode(value as never))), { fast: written });
    });

  for (const wrong of [
    'youki',
    '/usr/../bin/youki',
    'io.containerd.runsc',
    {},
    { binary: '/a', shim: 'io.containerd.runsc.v1' },
    { binary: '/a', config: ['/b'] },
    { binary: '/a', annotations: ['*'] },
    { binary: '/a', more: true },
  ])
    it(`refuses ${JSON.stringify(wrong)}`, () =>
      assert.notEqual(decode(runtimeGrants, map({ fast: wrong })).issues.length, 0));
});
