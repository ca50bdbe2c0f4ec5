import assert from 'node:assert/strict';
import { checkConfig, printConfig } from '../../../../config/index.ts';
import { load, problemsOf, withConfigFile } from '../fixture.ts';

const tls = 'tls: { cert: /c.pem, key: /k.pem, ca: /a.pem }';
const tlsWithoutCa = 'tls: { cert: /c.pem, key: /k.pem }';

const good: Record<string, [entry: string, parts: object]> = {
  'TLS with client certificates': [
    `{ address: "tcp://0.0.0.0:2376", ${tls} }`,
    { host: '0.0.0.0', port: 2376, tls: { cert: '/c.pem', key: '/k.pem', ca: '/a.pem' } },
  ],
  'TLS with a token': [
    `{ address: "tcp://[2001:db8::1]:2376", ${tlsWithoutCa}, tokenFile: /t }`,
    { host: '2001:db8::1', port: 2376, tls: { cert: '/c.pem', key: '/k.pem' }, tokenFile: '/t' },
  ],
  'a token on loopback': [
    '{ address: "tcp://127.9.9.9:1", tokenFile: /t }',
    { host: '127.9.9.9', port: 1, tokenFile: '/t' },
  ],
  'insecure: true on loopback': [
    '{ address: "tcp://[::1]:65535", insecure: true }',
    { host: '::1', port: 65535, insecure: true },
  ],
};

const bad: Record<string, [entry: string, problem: RegExp]> = {
  'no authentication': [
    '{ address: "tcp://127.0.0.1:2375" }',
    /^listen\[0\]: expected tls, tokenFile or insecure: true, found an address without authentication \(clients of the API have root access/,
  ],
  'insecure: false': [
    '{ address: "tcp://127.0.0.1:2375", insecure: false }',
    /an address without authentication/,
  ],
  'insecure beyond loopback': [
    '{ address: "tcp://192.0.2.1:2375", insecure: true }',
    /^listen\[0\]\.address: expected a loopback address, or tls, found an address that other hosts can reach/,
  ],
  'a token beyond loopback without TLS': [
    '{ address: "tcp://[::]:2375", tokenFile: /t }',
    /^listen\[0\]\.address: expected a loopback address, or tls/,
  ],
  'TLS that admits every client': [
    `{ address: "tcp://127.0.0.1:2376", ${tlsWithoutCa} }`,
    /^listen\[0\]\.tls: expected tls with ca, or tokenFile, found neither/,
  ],
  'insecure with a token': [
    '{ address: "tcp://127.0.0.1:2375", tokenFile: /t, insecure: true }',
    /^listen\[0\]\.insecure: expected insecure: true alone/,
  ],
  'TLS without a key': [
    '{ address: "tcp://127.0.0.1:2376", tls: { cert: /c, ca: /a } }',
    /^listen\[0\]\.tls\.key: expected an absolute path/,
  ],
  'a relative path': [
    '{ address: "tcp://127.0.0.1:2376", tokenFile: token }',
    /^listen\[0\]\.tokenFile: expected an absolute path .*, found "token"/,
  ],
  'a host name': [
    '{ address: "tcp://localhost:2375", insecure: true }',
    /^listen\[0\]\.address: expected tcp:/,
  ],
  'a name that looks like an address': [
    '{ address: "tcp://127.evil.example:2375", insecure: true }',
    /^listen\[0\]\.address: expected tcp:/,
  ],
  'no port': ['{ address: "tcp://127.0.0.1", insecure: true }', /^listen\[0\]\.address: expected tcp:/],
  'the port 0': ['{ address: "tcp://127.0.0.1:0", insecure: true }', /the port must be from 1 to 65535/],
  'the port 65536': [
    '{ address: "tcp://127.0.0.1:65536", insecure: true }',
    /the port must be from 1 to 65535/,
  ],
  'an unknown key': ['{ address: "tcp://127.0.0.1:1", insecur: true }', /insecur: .*did you mean insecure/],
};

describe('a TCP listener', () => {
  for (const [name, [entry, parts]] of Object.entries(good))
    it(`accepts ${name}, and encodes it to the same value`, () => {
      const first = load(`listen: [${entry}]`);
      const { url, kind, ...rest } = first.config.listen[0] as { url: string; kind: string };
      assert.deepEqual([kind, rest], ['tcp', parts]);
      const printed = printConfig(first).replace(/^apiVersion.*\n/, '');
      assert.deepEqual(load(printed).config.listen, first.config.listen);
      assert.ok(url.startsWith('tcp://'));
    });

  for (const [name, [entry, problem]] of Object.entries(bad))
    it(`rejects ${name}`, () =>
      assert.ok(
        problemsOf(`listen: [${entry}]`).some((line) => problem.test(line.replace(/^\S+ /, ''))),
        problemsOf(`listen: [${entry}]`).join('\n'),
      ));

  it('in --listen or POUCHD_LISTEN is rejected with a hint', () => {
    for (const source of [
      { flags: { listen: ['tcp://127.0.0.1:1'] } },
      { env: { POUCHD_LISTEN: 'tcp://127.0.0.1:1' } },
    ])
      assert.match(problemsOf('', source).join(), /found "tcp:\/\/127\.0\.0\.1:1" \(.*`insecure: true`/);
  });

  it('without authentication fails --check-config, which prints the line', () => {
    withConfigFile('apiVersion: pouch/v1\nlisten:\n  - address: tcp://127.0.0.1:2375\n', (file) => {
      const { exitCode, output } = checkConfig({ file });
      assert.equal(exitCode, 1);
      assert.match(output, /pouchd\.yaml:3:5: listen\[0\]: expected tls, tokenFile or insecure: true/);
    });
  });
});
