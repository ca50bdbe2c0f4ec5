import assert from 'node:assert/strict';
import { contributionPoints } from '../../../../hooks/contributions/index.ts';
import type { Sidecar } from '../../../../hooks/index.ts';

const { problem, names } = contributionPoints.sidecar;
const sidecar = (fields: object = {}) =>
  ({ name: 'dns', doc: 'x', command: ['/bin/true'], ...fields }) as Sidecar;

describe('a sidecar', () => {
  it('needs a name, a sentence and a command', () => {
    assert.equal(problem?.(sidecar()), undefined);
    assert.deepEqual(names(sidecar(), 'corp'), ['corp/dns']);
  });

  it('may say all that its schema has', () => {
    const all = {
      env: { A: '1' },
      user: 'root',
      namespaces: 'host',
      network: true,
      limits: { memory: 4 << 20, cpus: 0.5, pids: 8 },
      ready: { socket: 'dns.sock' },
      readyWithinMs: 1000,
      restart: 'on-failure',
      attempts: 3,
      keep: true,
      stop: { signal: 'SIGINT', graceMs: 100 },
    };
    assert.equal(problem?.(sidecar(all)), undefined);
  });

  const refused = {
    '`name`': { name: 'Dns' },
    '`command`: Expected array': { command: [] },
    '`command` must begin': { command: ['true'] },
    '`command` has a NUL byte': { command: ['/bin/true', '\0'] },
    '`nmae`': { nmae: 'x' },
    '`ready`': { ready: { socket: '../x' } },
    '`env` has an invalid variable "A=B"': { env: { 'A=B': 'x' } },
    '`limits.memory`': { limits: { memory: 1 } },
    '`restart`': { restart: 'often' },
    '`stop.signal`': { stop: { signal: 'SIGSTOP' } },
    '`user`': { user: '-x' },
  };
  for (const [expected, fields] of Object.entries(refused))
    it(`${expected}: is refused`, () => {
      assert.ok(problem?.(sidecar(fields))?.startsWith(expected), problem?.(sidecar(fields)));
    });
});
