import assert from 'node:assert/strict';
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificates } from '../support/createCertificates.ts';
import { TestRegistry } from '../support/TestRegistry.ts';
import { useDaemon } from '../support/useDaemon.ts';

/** It ended in 2020. */
const expired = `-----BEGIN CERTIFICATE-----
MIIBCzCBsgIBATAKBggqhkjOPQQDAjASMRAwDgYDVQQDDAdleHBpcmVkMB4XDTIw
MDEwMTAwMDAwMFoXDTIwMDEwMjAwMDAwMFowEjEQMA4GA1UEAwwHZXhwaXJlZDBZ
MBMGByqGSM49AgEGCCqGSM49AwEHA0IABKd2dsYwy1v0ChOB7FaxFsfSq7SfqyCT
ApABzM6NRi/xqlTrWtd+/ENzUczGE3LvnOf4diCSBO0x/MVhn9UndEAwCgYIKoZI
zj0EAwIDSAAwRQIhAII0xpotzcfDhoRD+lfWBbNsx4nuVvpyylq+GSOvP/O8AiAi
g1VAmQ/cxqwC3R+jUWEqh1j/SkNAVfwDeQx6HA6yOw==
-----END CERTIFICATE-----
`;

describe('a registry with a certificate of a private CA', function () {
  this.timeout(120_000);
  this.slow(10_000);
  const daemon = useDaemon();
  const { pouch, ok } = daemon;
  let dir: string;
  let registry: TestRegistry;
  /** It wants a certificate of its clients. */
  let strict: TestRegistry;
  const pem = (name: string) => join(dir, 'tls', `${name}.pem`);
  const other = (name: string) => join(dir, 'other', `${name}.pem`);

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pt-tls-'));
    await createCertificates(join(dir, 'tls'));
    await createCertificates(join(dir, 'other'));
    const tls = { certificate: pem('server'), key: pem('server-key') };
    registry = await TestRegistry.start({ tls });
    strict = await TestRegistry.start({ tls: { ...tls, clientCa: pem('ca') } });
  });

  after(async () => {
    await registry?.stop();
    await strict?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  async function configure(settings: object): Promise<void> {
    await daemon.it.configure(`registries: ${JSON.stringify({ retries: 0, ...settings })}\n`);
    await daemon.it.reload(/configuration reloaded/);
  }
  const trusting = (files: object, { host } = registry) => configure({ certificates: { [host]: files } });

  /** A push to the registry, and a pull from it. */
  async function exchange({ host } = registry, from = host): Promise<void> {
    const name = `${host}/busybox:1`;
    await ok('tag', 'busybox', name);
    await ok('push', name);
    await ok('rmi', name);
    await ok('pull', `${from}/busybox:1`);
    await ok('rmi', `${from}/busybox:1`);
  }
  async function refused({ host } = registry): Promise<string> {
    const { exitCode, stderr } = await pouch('pull', `${host}/busybox:1`);
    assert.equal(exitCode, 1);
    return stderr;
  }

  it('is trusted by its CA, and by no other one', async () => {
    await trusting({ ca: other('ca') });
    const untrusted = await refused();
    assert.match(untrusted, /its certificate is not trusted/);
    assert.match(untrusted, /hint: set ca of \S+ in registries\.certificates/);
    assert.match(untrusted, /code: PCH_REGISTRY_UNREACHABLE/);
    await ok('tag', 'busybox', `${registry.host}/busybox:1`);
    assert.match(
      (await pouch('push', `${registry.host}/busybox:1`)).stderr,
      /its certificate is not trusted/,
    );

    await trusting({ ca: pem('ca') });
    await exchange();
    const login = await daemon.it.pouchWith(
      { input: 'secret', env: { DOCKER_CONFIG: join(dir, 'docker') } },
      ...['login', '-u', 'host7', '--password-stdin', registry.host],
    );
    assert.equal(login.exitCode, 0, login.stderr);
    assert.match(login.stdout, /Login Succeeded/);
  });

  it('is trusted as a mirror', async () => {
    const mirrors = { 'mirrored.invalid': [`https://${registry.host}`] };
    await configure({ mirrors, certificates: { [registry.host]: { ca: pem('ca') } } });
    await exchange(registry, 'mirrored.invalid');
  });

  it('that is missing for a mirror is in the log, once per pull, and the registry itself is asked', async () => {
    const damaged = join(dir, 'no-certificate');
    await writeFile(damaged, 'no certificate\n');
    const certificates = { 'mirror.invalid': { ca: damaged }, [registry.host]: { ca: pem('ca') } };
    await configure({ mirrors: { [registry.host]: ['https://mirror.invalid'] }, certificates });
    const before = (await daemon.it.log()).length;
    await exchange();
    const lines = (await daemon.it.log()).slice(before).split('\n');
    const reports = lines.filter((line) => line.includes('a mirror fails'));
    assert.equal(reports.length, 1, lines.join('\n'));
    assert.match(reports[0]!, /mirror=mirror\.invalid .*PCH_CERTIFICATE_INVALID .*no-certificate/);
  });

  it('has errors with the file and the setting', async () => {
    const files = { text: join(dir, 'text'), damaged: join(dir, 'damaged'), expired: join(dir, 'expired') };
    await writeFile(files.text, 'no certificate\n');
    const begin = '-----BEGIN CERTIFICATE-----';
    await writeFile(files.damaged, `${begin}\nAAAA\n${begin.replace('BEGIN', 'END')}\n`);
    await writeFile(files.expired, expired);
    for (const [ca, expected] of [
      ['/no/such.pem', /expected a readable file, found \/no\/such\.pem: no such file/],
      [files.text, /expected certificates in PEM, found none in \S+text/],
      [files.damaged, /expected certificates in PEM, found a damaged one in \S+damaged/],
      [files.expired, /expected a valid certificate, found \S+expired, which expired on/],
    ] as const) {
      await trusting({ ca });
      const text = await refused();
      assert.match(text, expected);
      assert.match(text, /registries\.certificates of 127\.0\.0\.1:\d+/);
      assert.match(text, /code: PCH_CERTIFICATE_INVALID/);
    }
    await trusting({ ca: pem('ca') });
    await exchange();
  });

  it('gets a certificate of the host if it wants one', async () => {
    await trusting({ ca: pem('ca') }, strict);
    assert.match(
      await refused(strict),
      /it refused the TLS connection[\s\S]*certificate and key of \S+ in registries\.certificates/,
    );
    const key = join(dir, 'client-key.pem');
    await copyFile(pem('key'), key);
    await chmod(key, 0o644);
    const files = { ca: pem('ca'), certificate: pem('cert'), key };
    await trusting(files, strict);
    assert.match(await refused(strict), /a file that only root can read.*mode 0644[\s\S]*chmod 600/);
    await chmod(key, 0o600);
    await exchange(strict);
    await trusting({ ...files, key: other('key') }, strict);
    assert.match(await refused(strict), /expected the private key of \S+cert\.pem.*\S+other\/key\.pem/);
  });

  it('has its certificates in a directory, as Docker has it', async () => {
    const own = join(dir, 'certs.d', strict.host);
    await mkdir(own, { recursive: true });
    await copyFile(pem('ca'), join(own, 'ca.crt'));
    await copyFile(pem('cert'), join(own, 'client.cert'));
    await configure({ certificatesDirectory: join(dir, 'certs.d') });
    assert.match(await refused(strict), /certificatesDirectory: .*client\.key: no such file/);
    await copyFile(pem('key'), join(own, 'client.key'));
    await chmod(join(own, 'client.key'), 0o600);
    // Files are read at each pull.
    await exchange(strict);
  });
});
