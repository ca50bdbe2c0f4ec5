import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImageBuild } from '../../../../hooks/index.ts';
import { buildctlArguments } from '../../../../plugins/build-buildkit/buildctlArguments.ts';
import plugin from '../../../../plugins/build-buildkit/index.ts';
import { PlainOutput } from '../../../../plugins/build-buildkit/PlainOutput.ts';
import { registryTables } from '../../../../plugins/build-buildkit/registries.ts';
import { withoutSyntax } from '../../../../plugins/build-buildkit/syntax.ts';
import { refusalOf } from '../../../../plugins/build-buildkit/wishes.ts';

describe('pouch build with BuildKit', () => {
  it('passes its options to buildctl', () => {
    const build: ImageBuild = {
      context: '/builds/1/context',
      dockerfile: '/builds/1/Dockerfile',
      bases: [],
      buildArgs: { A: 'b=c' },
      labels: { l: '1' },
      secrets: { key: '/builds/1/secret-0' },
      target: 'one',
      noCache: true,
      auth: {},
      cacheFrom: ['example.org/a:1'],
      cacheTo: [{ mode: 'min' }, { reference: 'example.org/c:1', mode: 'max' }],
      startNetwork: () => Promise.reject(new Error('not called')),
      extraHosts: {},
      limits: { ulimits: [{ name: 'nofile', soft: 1, hard: 2 }] },
    };
    const line = buildctlArguments(build, { socket: '/s', policy: '/p', metadata: '/m' }).join(' ');
    for (const part of [
      '--addr unix:///s build',
      '--local context=/builds/1/context --local dockerfile=/builds/1 --opt filename=Dockerfile',
      '--opt target=one',
      '--opt ulimit=nofile=1:2',
      '--opt build-arg:A=b=c --opt label:l=1 --no-cache --secret id=key,src=/builds/1/secret-0',
      '--import-cache type=registry,ref=example.org/a:1 --export-cache type=inline',
      '--export-cache type=registry,ref=example.org/c:1,mode=max',
      '--source-policy-file /p --metadata-file /m',
    ])
      assert.ok(line.includes(part), `${part} in ${line}`);
  });

  it('uses the frontend that BuildKit has, and refuses others', () => {
    const text = '# escape=`\n# syntax = docker/dockerfile:1.7-labs\nFROM a\n# syntax=x/y\n';
    assert.equal(withoutSyntax(text, {}), '# escape=`\n#\nFROM a\n# syntax=x/y\n');
    assert.throws(() => withoutSyntax('#syntax=example.org/own\nFROM a', {}), { code: 'PCH_NOT_SUPPORTED' });
    assert.throws(() => withoutSyntax('FROM a', { BUILDKIT_SYNTAX: 'own' }), { code: 'PCH_NOT_SUPPORTED' });
  });

  it('leaves networks and limits that BuildKit does not have to another builder', () => {
    assert.equal(refusalOf({ network: 'none', limits: { shmSize: 1, ulimits: [] } }), undefined);
    assert.match(refusalOf({ network: 'host', limits: {} })?.problem ?? '', /network host/);
    assert.match(refusalOf({ limits: { memory: 1 } })?.problem ?? '', /limit memory/);
  });

  it('uses a buildkitd at a Unix socket, and not at an address of TCP', () => {
    const check = (address: string) => plugin.check?.({ cacheLimit: 0, address }, () => undefined);
    check('unix:///run/buildkit/buildkitd.sock');
    for (const address of ['tcp://192.0.2.1:1234', 'unix://relative', '/run/a.sock', 'unix:///a/'])
      assert.throws(() => check(address), { code: 'PCH_PLUGIN_OPTIONS' });
  });

  it('names images as the Dockerfile does', async () => {
    const [id, manifest] = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`];
    const lines: string[] = [];
    const output = new PlainOutput(
      (line) => Promise.resolve(void lines.push(line)),
      new Map([
        [id, 'shop:1'],
        [manifest, 'shop:1'],
      ]),
    );
    await output.add(`#2 [internal] load metadata for docker.io/library/${id}`);
    await output.add(`#4 [1/2] FROM docker.io/library/sha256@${manifest}`);
    assert.deepEqual(lines, ['#2 [internal] load metadata for shop:1\n', '#4 [1/2] FROM shop:1\n']);
    await output.add(
      'error: failed to solve: process "/bin/sh -c false" did not complete successfully: exit code: 1',
    );
    assert.equal(output.failure(1).message, "The command '/bin/sh -c false' returned a non-zero code: 1");
  });

  it('has the registries of pouchd.yaml', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'certs-'));
    for (const host of ['docker.io', 'own.example.org:5000']) await mkdir(join(directory, host));
    const settings: Record<string, unknown> = {
      'registries.mirrors': { 'docker.io': ['http://mirror:5000/hub', 'https://other.example.org'] },
      'registries.plainHttp': ['lan:5000'],
      'registries.insecureTls': ['self.example.org'],
      'registries.certificates': {
        'own.example.org:5000': {
          ca: '/certs/ca.pem',
          certificate: '/certs/cert.pem',
          key: '/certs/key.pem',
        },
      },
      'registries.certificatesDirectory': directory,
    };
    assert.deepEqual(registryTables({ get: (name) => settings[name] }), {
      'registry."lan:5000"': { http: true },
      'registry."self.example.org"': { insecure: true },
      'registry."docker.io"': {
        mirrors: ['mirror:5000/hub', 'other.example.org'],
        tlsconfigdir: [join(directory, 'docker.io')],
      },
      'registry."mirror:5000"': { http: true },
      'registry."own.example.org:5000"': { ca: ['/certs/ca.pem'] },
      '[registry."own.example.org:5000".keypair]': { cert: '/certs/cert.pem', key: '/certs/key.pem' },
    });
    await rm(directory, { recursive: true });
  });
});
