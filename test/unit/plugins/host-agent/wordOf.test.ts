import assert from 'node:assert/strict';
import { wordOf } from '../../../../plugins/host-agent/plan/wordOf.ts';

describe('the value of a field in a plan', () => {
  const port = { containerPort: 80, protocol: 'tcp', hostIp: '127.0.0.1', hostPort: 8080 };
  const rows: [what: string, path: string[], value: unknown, word: unknown][] = [
    ['a size', ['resources', 'memory'], 64 * 1024 ** 2, '64m'],
    ['a size that has no unit', ['resources', 'memory'], 1025, 1025],
    ['parts of CPUs', ['resources', 'nanoCpus'], 5e8, 0.5],
    ['a duration', ['healthcheck', 'interval'], 1500, '1500ms'],
    ['a volume', ['volumes', '/x'], { kind: 'volume', source: 'data', destination: '/x' }, 'data:/x'],
    ['a port', ['network', 'ports', '127.0.0.1:8080:80/tcp'], port, '127.0.0.1:8080:80'],
    [
      'a network',
      ['network', 'endpoints', 'back'],
      { network: 'back', ip: '10.1.1.1' },
      { name: 'back', ip: '10.1.1.1' },
    ],
    ['a device', ['devices', '/dev/b'], { host: '/dev/a', path: '/dev/b' }, '/dev/a:/dev/b'],
    ['a limit with two values', ['ulimits', 'nofile'], { soft: 1, hard: 2 }, '1:2'],
    ['a restart policy', ['restart'], { name: 'on-failure', maximumRetryCount: 5 }, 'on-failure:5'],
    ['a variable', ['env', 'A'], '1', '1'],
    ['a list of words', ['entrypoint'], ['a', 'b'], ['a', 'b']],
    ['a field without an option', ['unknown', 'field'], { a: 1 }, { a: 1 }],
    ['nothing', ['resources', 'memory'], undefined, undefined],
  ];
  for (const [what, path, value, word] of rows)
    it(`is as in the file: ${what}`, () => assert.deepEqual(wordOf(path, value), word));
});
