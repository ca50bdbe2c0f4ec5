import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { createCertificates } from '../support/createCertificates.ts';
import { freePort } from '../support/freePort.ts';
import type { Finished } from '../support/TestPouchd.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { makeDaemonDirectory } from '../support/daemonDirectory.ts';
import { useDaemon } from '../support/useDaemon.ts';

describe('remote access', function () {
  this.timeout(60_000);
  this.slow(10_000);
  const daemon = useDaemon();
  const token = 'f'.repeat(20) + '0123456789abcdef';
  let directory: string;
  let ports: { certificates: number; named: number; both: number; token: number; insecure: number };

  const ours = () => join(directory, 'ours');
  const theirs = () => join(directory, 'theirs');
  const address = (name: keyof typeof ports) => `tcp://127.0.0.1:${ports[name]}`;

  before(async () => {
    directory = await makeDaemonDirectory();
    await Promise.all([createCertificates(ours()), createCertificates(theirs())]);
    await writeFile(join(directory, 'token'), `${token}\n`, { mode: 0o600 });
    await writeFile(join(directory, 'other-token'), `${'e'.repeat(40)}\n`, { mode: 0o600 });
    const [certificates, named, both, onlyToken, insecure] = [
      await freePort(),
      await freePort(),
      await freePort(),
      await freePort(),
      await freePort(),
    ];
    ports = { certificates, named, both, token: onlyToken, insecure };
    await daemon.it.configure(`listen:\n  - unix://${daemon.it.state}/pouchd.sock\n${entries()}`);
    await restart();
  });

  /** pouchd listens on its Unix socket first: the others follow while it responds already. */
  async function restart(): Promise<void> {
    await daemon.it.restart();
    for (const port of Object.values(ports))
      assert.ok(await waitUntil(() => accepts(port), { withinMs: 30_000 }));
  }

  async function accepts(port: number): Promise<boolean> {
    const socket = connect(port, '127.0.0.1');
    try {
      return await once(socket, 'connect').then(
        () => true,
        () => false,
      );
    } finally {
      socket.destroy();
    }
  }

  after(() => rm(directory, { recursive: true, force: true }));

  function entries(): string {
    const files = (names: string[]) =>
      names.map(
        (name) => `      ${name}: ${ours()}/${{ cert: 'server', key: 'server-key', ca: 'ca' }[name]}.pem\n`,
      );
    return [
      `  - address: ${address('certificates')}\n    tls:\n${files(['cert', 'key', 'ca']).join('')}`,
      `  - address: ${address('named')}\n    tls:\n${files(['cert', 'key', 'ca']).join('')}      names: [operator]\n`,
      `  - address: ${address('both')}\n    tls:\n${files(['cert', 'key']).join('')}    tokenFile: ${directory}/token\n`,
      `  - { address: '${address('token')}', tokenFile: ${directory}/token }\n`,
      `  - { address: '${address('insecure')}', insecure: true }\n`,
    ].join('');
  }

  /** Runs `pouch` against a TCP address. */
  function pouch(
    to: keyof typeof ports,
    args: string[],
    env: Record<string, string> = {},
    input?: string,
  ): Promise<Finished> {
    const own = { HOME: directory, ...env };
    return daemon.it.pouchWith(
      { env: own, ...(input !== undefined && { input }) },
      '-H',
      address(to),
      ...args,
    );
  }

  const ourCertificates = () => ({ POUCH_TLS_VERIFY: '1', POUCH_CERT_PATH: ours() });
  const ourToken = () => ({ POUCH_TOKEN_FILE: join(directory, 'token') });

  async function assertRefused(outcome: Promise<Finished>, ...parts: RegExp[]): Promise<void> {
    const { exitCode, stdout, stderr } = await outcome;
    assert.equal(exitCode, 1);
    assert.equal(stdout, '');
    for (const part of parts) assert.match(stderr, part);
  }

  const ways: [way: string, to: keyof typeof ports, env: () => Record<string, string>][] = [
    ['client certificates', 'certificates', ourCertificates],
    ['TLS and a token', 'both', () => ({ ...ourCertificates(), ...ourToken() })],
    ['a token on loopback', 'token', ourToken],
    ['an insecure address', 'insecure', () => ({})],
  ];
  it('Node’s WebSocket client attaches, and a web page is refused', async () => {
    const id = await daemon.ok('run', '-d', '-i', 'busybox', 'sh', '-c', 'read line; echo got $line; exit 3');
    const url = `ws://127.0.0.1:${ports.insecure}/v1.47/containers/${id}/attach/ws?stream=1&stdin=1&stdout=1`;
    // A client of Node 20 needs the flag.
    const client = async (script: string) =>
      await execa(process.execPath, ['--no-warnings', '--experimental-websocket', '--eval', script, url]);
    const { stdout } = await client(`
      const socket = new WebSocket(process.argv[1]);
      socket.binaryType = 'arraybuffer';
      socket.onopen = () => socket.send('hello\\n');
      socket.onmessage = ({ data }) => console.log(data instanceof ArrayBuffer, Buffer.from(data).toString());
      socket.onclose = ({ code, wasClean }) => console.log(code, wasClean);`);
    assert.equal(stdout, 'true got hello\n\n1000 true');
    assert.equal(await daemon.ok('wait', id), '3');
    const refused = await fetch(url.replace('ws:', 'http:'), { headers: { Origin: 'http://127.0.0.1' } });
    assert.equal(refused.status, 403);
    await daemon.ok('rm', id);
  });

  for (const [way, to, env] of ways)
    it(`pouch runs, attaches and executes by ${way}`, async () => {
      const script = 'cat; sleep 0.3; echo the end';
      const ran = await pouch(to, ['run', '--rm', '-i', 'busybox', 'sh', '-c', script], env(), 'typed\n');
      assert.deepEqual(ran, { exitCode: 0, stdout: 'typed\nthe end\n', stderr: '' });
      const id = await daemon.ok('run', '-d', 'busybox', 'sleep', '1000');
      const executed = await pouch(to, ['exec', '-i', id, 'sh', '-c', script], env(), 'more\n');
      assert.deepEqual(executed, { exitCode: 0, stdout: 'more\nthe end\n', stderr: '' });
      await daemon.ok('rm', '-f', id);
    });

  it('pouch takes the files from options, and https:// as the wish for TLS', async () => {
    const [ca, cert, key] = ['ca', 'cert', 'key'].map((name) => join(ours(), `${name}.pem`));
    const files = ['--tlscacert', ca!, '--tlscert', cert!, '--tlskey', key!];
    for (const to of [address('certificates'), address('certificates').replace('tcp', 'https')])
      assert.equal((await daemon.pouch('-H', to, ...files, 'ps', '-q')).exitCode, 0);
    await assertRefused(
      pouch('certificates', ['--tlsverify', '--tlscert', cert!, 'ps']),
      /expected a client certificate and its private key, found only one/,
    );
  });

  describe('the docker CLI', () => {
    const docker = (args: string[], env: Record<string, string> = {}) =>
      execa('docker', args, {
        env: { ...env, HOME: directory },
        input: 'typed\n',
        timeout: 30_000,
        reject: false,
      });

    it('runs and executes by client certificates', async () => {
      const files = {
        DOCKER_TLS_VERIFY: '1',
        DOCKER_CERT_PATH: ours(),
        DOCKER_HOST: address('certificates'),
      };
      const { stdout, exitCode } = await docker(
        ['run', '--rm', '-i', 'busybox', 'sh', '-c', 'cat; sleep 0.3; echo the end'],
        files,
      );
      assert.deepEqual([exitCode, stdout], [0, 'typed\nthe end']);
    });

    it('runs by a token in its config.json', async () => {
      const config = join(directory, 'docker');
      await mkdir(config);
      const headers = { HttpHeaders: { Authorization: `Bearer ${token}` } };
      await writeFile(join(config, 'config.json'), JSON.stringify(headers));
      const env = { DOCKER_CONFIG: config, DOCKER_HOST: address('token') };
      const { stdout, exitCode } = await docker(['run', '--rm', '-i', 'busybox', 'cat'], env);
      assert.deepEqual([exitCode, stdout], [0, 'typed']);
    });

    it('shows why it is refused', async () => {
      assert.match(
        (await docker(['-H', address('token'), 'ps'])).stderr,
        /expected the token of this daemon, found no token \(hint: /,
      );
      assert.match(
        (await docker(['-H', address('certificates'), 'ps'])).stderr,
        /HTTP request to an HTTPS server/,
      );
    });
  });

  describe('refuses, and says what to do about', () => {
    it('a server certificate of another CA', () =>
      assertRefused(
        pouch('certificates', ['--tlscacert', join(theirs(), 'ca.pem'), 'ps'], ourCertificates()),
        /its certificate is signed by an unknown authority/,
        /hint: pass the daemon's CA/,
      ));

    it('a missing client certificate', () =>
      assertRefused(
        pouch('certificates', ['--tlscacert', join(ours(), 'ca.pem'), 'ps']),
        /it requires a client certificate/,
        /hint: pass yours: --tlscert FILE --tlskey FILE/,
      ));

    it('a client certificate of another CA', () =>
      assertRefused(
        pouch('certificates', ['--tlscacert', join(ours(), 'ca.pem'), 'ps'], { POUCH_CERT_PATH: theirs() }),
        /rejected the client certificate/,
      ));

    it('the certificate of the server as that of a client', () =>
      assertRefused(
        pouch(
          'certificates',
          ['--tlscert', join(ours(), 'server.pem'), '--tlskey', join(ours(), 'server-key.pem'), 'ps'],
          ourCertificates(),
        ),
        /rejected the client certificate/,
      ));

    it('a certificate whose names an address does not allow, and serves others', async () => {
      await assertRefused(
        pouch('named', ['ps'], ourCertificates()),
        /expected a certificate with a name that this address allows, found alice/,
        /PCH_CLIENT_NOT_ALLOWED/,
      );
      const operator = join(directory, 'operator');
      await mkdir(operator);
      await execa('cp', [join(ours(), 'ca.pem'), operator]);
      const names = [
        'req',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-subj',
        '/CN=x',
        '-keyout',
        join(operator, 'key.pem'),
      ];
      await execa('openssl', [...names, '-out', join(operator, 'csr.pem')]);
      await writeFile(
        join(operator, 'ext'),
        'subjectAltName=DNS:operator,IP:192.0.2.1\nextendedKeyUsage=clientAuth\n',
      );
      const sign = [
        'x509',
        '-req',
        '-days',
        '1',
        '-CA',
        join(ours(), 'ca.pem'),
        '-CAkey',
        join(ours(), 'ca-key.pem'),
      ];
      const files = [
        '-in',
        join(operator, 'csr.pem'),
        '-out',
        join(operator, 'cert.pem'),
        '-set_serial',
        '77',
      ];
      await execa('openssl', [...sign, ...files, '-extfile', join(operator, 'ext')]);
      const env = { POUCH_TLS_VERIFY: '1', POUCH_CERT_PATH: operator };
      assert.equal((await pouch('named', ['ps', '-q'], env)).exitCode, 0);
    });

    it('a request in the clear to a TLS address', () =>
      assertRefused(
        pouch('certificates', ['ps']),
        /client sent an HTTP request to an HTTPS server/,
        /hint: .*--tlsverify/,
      ));

    it('TLS to an address without it', () =>
      assertRefused(pouch('insecure', ['ps'], ourCertificates()), /it does not use TLS/));

    it('a missing token, also for exec and attach', async () => {
      const id = await daemon.ok('run', '-d', 'busybox', 'sleep', '1000');
      for (const args of [['ps'], ['exec', id, 'touch', '/seen'], ['attach', id]])
        await assertRefused(
          pouch('token', args),
          /expected the token of this daemon, found no token/,
          /POUCH_TOKEN_FILE/,
        );
      assert.equal((await daemon.pouch('exec', id, 'test', '-e', '/seen')).exitCode, 1);
      await daemon.ok('rm', '-f', id);
    });

    it('another token, by TLS too', async () => {
      const env = { POUCH_TOKEN_FILE: join(directory, 'other-token') };
      await assertRefused(pouch('token', ['ps'], env), /found a different token/);
      await assertRefused(pouch('both', ['ps'], { ...ourCertificates(), ...env }), /found a different token/);
    });

    it('a token that would be sent in the clear to another host', () =>
      assertRefused(
        daemon.it.pouchWith({ env: ourToken() }, '-H', 'tcp://192.0.2.1:2375', 'ps'),
        /the token would be sent unencrypted to tcp:\/\/192\.0\.2\.1:2375/,
      ));
  });

  it('a request without the token gets 401 and learns nothing else', async () => {
    for (const headers of [{}, { connection: 'Upgrade', upgrade: 'tcp' }]) {
      const sent = request({ port: ports.token, method: 'POST', path: '/exec/x/start', headers });
      sent.end();
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      response.resume();
      assert.equal(response.statusCode, 401);
      assert.deepEqual(Object.keys(response.headers).sort(), [
        'connection',
        'content-length',
        'content-type',
        'date',
        'www-authenticate',
      ]);
      sent.destroy();
    }
  });

  it('a connection that never begins its handshake does not keep pouchd from ending', async () => {
    const silent = connect(ports.certificates, '127.0.0.1');
    const begun = connect(ports.certificates, '127.0.0.1', () =>
      begun.write(Buffer.from([0x16, 0x03, 0x01])),
    );
    for (const socket of [silent, begun]) socket.on('error', () => undefined);
    await Promise.all([silent, begun].map((socket) => once(socket, 'connect')));
    await restart();
    const { exitCode, stderr } = await pouch('certificates', ['ps', '-q'], ourCertificates());
    assert.equal(exitCode, 0, `${stderr}\n${await daemon.it.log()}`);
  });

  it('the token is in no log and no printed configuration', async () => {
    const { stdout } = await daemon.it.pouchd('--print-config');
    assert.ok(stdout.includes('tokenFile'));
    for (const text of [
      stdout,
      await daemon.it.log(),
      await readFile(join(daemon.it.dir, 'pouchd.yaml'), 'utf8'),
    ])
      assert.ok(!text.includes(token));
  });

  describe('pouchd does not start with', () => {
    const cases: Record<string, [entry: () => string, problem: RegExp]> = {
      'a TCP address without authentication': [
        () => `[{ address: 'tcp://127.0.0.1:1' }]`,
        /pouchd\.yaml:\d+:\d+: listen\[0\]: expected tls, tokenFile or insecure: true, .*PCH_CONFIG_INVALID/s,
      ],
      'a token that others can read': [
        () => `[{ address: 'tcp://127.0.0.1:1', tokenFile: ${directory}/open-token }]`,
        /listen\[0\]\.tokenFile: expected a file that only root can read, found .* and mode 644\nhint: .*chmod 600/,
      ],
      'a token that is too short': [
        () => `[{ address: 'tcp://127.0.0.1:1', tokenFile: ${directory}/short-token }]`,
        /listen\[0\]\.tokenFile: expected a token of at least 32 letters/,
      ],
      'a certificate that is missing': [
        () =>
          `[{ address: 'tcp://127.0.0.1:1', tls: { cert: /none.pem, key: ${ours()}/server-key.pem, ca: ${ours()}/ca.pem } }]`,
        /listen\[0\]\.tls\.cert: expected a readable file, found ENOENT/,
      ],
      'a key of another certificate': [
        () =>
          `[{ address: 'tcp://127.0.0.1:1', tls: { cert: ${ours()}/server.pem, key: ${ours()}/key.pem, ca: ${ours()}/ca.pem } }]`,
        /listen\[0\]\.tls: expected PEM files .*key values mismatch/,
      ],
    };
    for (const [name, [entry, problem]] of Object.entries(cases))
      it(name, async () => {
        await writeFile(join(directory, 'open-token'), token);
        await chmod(join(directory, 'open-token'), 0o644);
        await writeFile(join(directory, 'short-token'), 'short', { mode: 0o600 });
        const file = join(directory, 'pouchd.yaml');
        const [root, state] = ['root', 'state'].map((part) => join(directory, part));
        await writeFile(file, `apiVersion: pouch/v1\nroot: ${root}\nstate: ${state}\nlisten: ${entry()}\n`);
        const { exitCode, stderr } = await daemon.it.pouchd('--config', file);
        assert.equal(exitCode, 1);
        assert.match(stderr, problem);
      });
  });
});
