import assert from 'node:assert/strict';
import type { PortMap } from '../../../../client/index.ts';
import { parsePublished } from '../../../../client/options/ports.ts';

const one = (HostIp: string, HostPort: string) => [{ HostIp, HostPort }];

describe('-p', () => {
  const cases: [texts: string[], bindings: PortMap][] = [
    [['80'], { '80/tcp': one('', '') }],
    [['0:80'], { '80/tcp': one('', '0') }],
    [['8080:80/UDP'], { '80/udp': one('', '8080') }],
    [['127.0.0.1:8080:80'], { '80/tcp': one('127.0.0.1', '8080') }],
    [['[::1]:8080:80/sctp'], { '80/sctp': one('::1', '8080') }],
    [['[::1]::80'], { '80/tcp': one('::1', '') }],
    [['8000-8001:80-81'], { '80/tcp': one('', '8000'), '81/tcp': one('', '8001') }],
    [['8000-8009:80'], { '80/tcp': one('', '8000-8009') }],
    [['80-81'], { '80/tcp': one('', ''), '81/tcp': one('', '') }],
    [
      ['1:80', '2:80'],
      {
        '80/tcp': [
          { HostIp: '', HostPort: '1' },
          { HostIp: '', HostPort: '2' },
        ],
      },
    ],
  ];
  for (const [texts, bindings] of cases) {
    it(texts.join(' '), () => assert.deepEqual(parsePublished(texts).bindings, bindings));
  }
});
