import assert from 'node:assert/strict';
import { parseAddress } from '../../../client/address.ts';

describe('address of the daemon', () => {
  const cases: [text: string, connect: object, shown: string, wantsTls?: true][] = [
    ['unix:///run/x.sock', { socketPath: '/run/x.sock' }, 'unix:///run/x.sock'],
    ['/run/x.sock', { socketPath: '/run/x.sock' }, 'unix:///run/x.sock'],
    ['tcp://127.0.0.1:2375', { host: '127.0.0.1', port: 2375 }, 'tcp://127.0.0.1:2375'],
    ['http://localhost:80/', { host: 'localhost', port: 80 }, 'tcp://localhost:80'],
    ['tcp://[::1]:2375', { host: '::1', port: 2375 }, 'tcp://[::1]:2375'],
    ['https://pouch.example:2376', { host: 'pouch.example', port: 2376 }, 'tcp://pouch.example:2376', true],
    ['ssh://web1', { ssh: { host: 'web1' } }, 'ssh://web1'],
    [
      'ssh://root@[fe80::1]:2222/run/x.sock',
      { ssh: { host: 'fe80::1', user: 'root', port: 2222, socket: '/run/x.sock' } },
      'ssh://root@[fe80::1]:2222/run/x.sock',
    ],
  ];
  for (const [text, connect, shown, wantsTls = false] of cases) {
    it(`${text} is parsed`, () => {
      assert.deepEqual(parseAddress(text), { text: shown, connect, wantsTls });
    });
  }

  for (const text of [
    '',
    'relative.sock',
    'tcp://nohost',
    'tcp://a:0',
    'tcp://a:70000',
    'ssh://-oProxyCommand=x',
    'ssh://a;b',
    'ssh://a:0',
    'ssh://a/../x',
    'ssh://a b',
    'unix://',
  ]) {
    it(`"${text}" is refused with a hint`, () => {
      assert.throws(() => parseAddress(text), { code: 'PCH_OPTION_INVALID', hint: /unix:\/\/\// });
    });
  }
});
