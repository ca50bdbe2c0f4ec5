import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientOptions, type ConnectionFlags } from '../../../../cli/connection.ts';
import { main } from '../../../../cli/main.ts';
import { fakeTerminal } from '../support/fakeTerminal.ts';

describe('contexts', () => {
  let home: string;
  let pem: (name: string) => string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'pouch-contexts-'));
    pem = (name) => {
      const path = join(home, `${name}-file.pem`);
      writeFileSync(path, `-----BEGIN CERTIFICATE-----\n${name}\n-----END CERTIFICATE-----\n`);
      return path;
    };
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  async function run(args: string[], env: Record<string, string> = {}) {
    const { terminal, out, err } = fakeTerminal({ HOME: home, ...env });
    return { code: await main(args, terminal), out: out(), err: err() };
  }

  async function ok(...args: string[]): Promise<string> {
    const { code, out, err } = await run(args);
    assert.equal(code, 0, err);
    return out;
  }

  const optionsOf = (flags: ConnectionFlags, env: Record<string, string> = {}) =>
    clientOptions(flags, { HOME: home, ...env });

  it('are created, listed, used, changed and removed', async () => {
    assert.equal(await ok('context', 'show'), 'default\n');
    const created = await run([
      'context',
      'create',
      'prod',
      '--description',
      'Production',
      '--host',
      'tcp://192.0.2.1:2376',
    ]);
    assert.deepEqual([created.out, created.err], ['prod\n', 'Successfully created context "prod"\n']);
    assert.equal((await run(['context', 'use', 'prod'])).err, 'Current context is now "prod"\n');
    assert.match(
      await ok('context', 'ls'),
      /^NAME .*\ndefault +Current POUCH_HOST.*\nprod \* +Production +tcp:\/\/192\.0\.2\.1:2376$/m,
    );
    assert.equal(
      await ok('context', 'ls', '--format', '{{.Name}} {{.Current}}'),
      'default false\nprod true\n',
    );
    assert.equal(await ok('context', 'ls', '-q'), 'default\nprod\n');
    assert.deepEqual(optionsOf({}), { host: 'tcp://192.0.2.1:2376' });
    await ok('context', 'update', 'prod', '--docker', 'host=unix:///run/prod.sock');
    assert.deepEqual(optionsOf({}), { host: 'unix:///run/prod.sock' });
    assert.match((await run(['context', 'rm', 'prod'])).err, /"prod" is in use\n.*code: PCH_CONFLICT/s);
    assert.equal(await ok('context', 'rm', '-f', 'prod'), 'prod\n');
    assert.equal(await ok('context', 'show'), 'default\n');
    assert.equal(await ok('context', 'rm', '-f', 'prod'), 'prod\n');
  });

  it('keep certificates and the token in files of the user alone', async () => {
    writeFileSync(join(home, 'token'), 'secret\n');
    const [ca, cert, key] = [pem('ca'), pem('cert'), pem('key')];
    await ok('context', 'create', 'a', '--docker', `host=tcp://h:1,ca=${ca},cert=${cert},key=${key}`);
    await ok('context', 'create', 'b', '--host', 'https://h:1', '--token-file', join(home, 'token'));
    await ok('context', 'create', 'c', '--from', 'a', '--description', 'a copy');
    await ok('context', 'create', 'd', '--docker', 'from=a');
    const tls = {
      ca: readFileSync(ca, 'utf8'),
      cert: readFileSync(cert, 'utf8'),
      key: readFileSync(key, 'utf8'),
    };
    for (const context of ['a', 'c', 'd'])
      assert.deepEqual(optionsOf({ context }), { host: 'tcp://h:1', tls });
    assert.deepEqual(optionsOf({ context: 'b' }), { host: 'https://h:1', tls: {}, token: 'secret' });
    const mode = (path: string) => statSync(join(home, '.pouch', path)).mode & 0o777;
    assert.deepEqual([mode(''), mode('contexts'), mode('contexts/a.json')], [0o700, 0o700, 0o600]);
    const [inspected] = JSON.parse(await ok('context', 'inspect', 'b')) as [object];
    assert.doesNotMatch(JSON.stringify(inspected), /secret/);
    assert.equal(
      await ok('context', 'inspect', 'c', '--format', '{{.TLSMaterial.docker}} {{.Metadata.Description}}'),
      '[ca.pem cert.pem key.pem] a copy\n',
    );
  });

  it('are exported and imported, also those of Docker', async () => {
    const [ca, cert, key] = [pem('ca'), pem('cert'), pem('key')];
    await ok(
      'context',
      'create',
      'a',
      '--description',
      'x',
      '--docker',
      `host=tcp://h:1,ca=${ca},cert=${cert},key=${key}`,
    );
    const file = join(home, 'a.tar');
    await ok('context', 'export', 'a', file);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.match((await run(['context', 'export', 'a', file])).err, /expected a new file/);
    await ok('context', 'import', 'b', file);
    assert.deepEqual(optionsOf({ context: 'b' }), optionsOf({ context: 'a' }));
    assert.deepEqual(execFileSync('tar', ['-tf', file], { encoding: 'utf8' }).trim().split('\n'), [
      'meta.json',
      'tls/docker/ca.pem',
      'tls/docker/cert.pem',
      'tls/docker/key.pem',
    ]);
  });

  const precedence: [flags: ConnectionFlags, env: Record<string, string>, host: string][] = [
    [{}, {}, 'unix:///chosen'],
    [{}, { DOCKER_CONTEXT: 'other' }, 'unix:///other'],
    [{}, { POUCH_CONTEXT: 'chosen', DOCKER_CONTEXT: 'other' }, 'unix:///chosen'],
    [{}, { POUCH_HOST: 'unix:///env', POUCH_CONTEXT: 'other' }, 'unix:///env'],
    [{ host: 'unix:///flag' }, { POUCH_HOST: 'unix:///env', POUCH_CONTEXT: 'other' }, 'unix:///flag'],
    [{ context: 'other' }, { POUCH_HOST: 'unix:///env', POUCH_CONTEXT: 'chosen' }, 'unix:///other'],
    [{ context: 'default' }, {}, 'unix:///run/pouch/pouchd.sock'],
    [{}, { POUCH_CONTEXT: 'default' }, 'unix:///run/pouch/pouchd.sock'],
  ];
  for (const [flags, env, host] of precedence)
    it(`${JSON.stringify(flags)} with ${JSON.stringify(env)} is ${host}`, async () => {
      for (const name of ['chosen', 'other'])
        await ok('context', 'create', name, '--host', `unix:///${name}`);
      await ok('context', 'use', 'chosen');
      assert.equal(optionsOf(flags, env).host, host);
    });

  const refused: [args: string[], err: RegExp][] = [
    [['create', 'x'], /expected the address of a daemon, found none\nhint: use --host/],
    [['create', 'x', '--host', 'nonsense'], /invalid daemon address "nonsense"/],
    [['create', 'x', '--docker', 'host=ssh://-me@there'], /invalid daemon address "ssh/],
    [['create', 'default', '--host', 'unix:///x'], /expected another name, found "default"/],
    [['create', '../x', '--host', 'unix:///x'], /expected letters, digits.*found "\.\.\/x"/],
    [['create', 'x'.repeat(200), '--host', 'unix:///x'], /expected letters, digits/],
    [['create', 'known', '--host', 'unix:///x'], /a context named "known" exists already/],
    [['create', 'x', '--docker', 'ca=/x'], /--docker host: expected the address/],
    [
      ['create', 'x', '--docker', 'host=tcp://h:1,colour=red'],
      /--docker: expected NAME=VALUE .*"colour=red"/,
    ],
    [['create', 'x', '--docker', 'host=tcp://h:1,host=tcp://h:2'], /each name once/],
    [['create', 'x', '--docker', 'host=tcp://h:1,skip-tls-verify=true'], /expected false, found "true"/],
    [
      ['create', 'x', '--docker', 'host=tcp://h:1,cert=PEM'],
      /found only one of them\nhint: pass both --docker cert/,
    ],
    [
      ['create', 'x', '--host', 'tcp://h:1', '--tlscacert', '/no/such'],
      /--tlscacert: expected a readable file/,
    ],
    [['create', 'x', '--host', 'tcp://h:1', '--tlscacert', '/dev/null'], /expected a file of 1 byte/],
    [
      ['create', 'x', '--host', 'tcp://h:1', '--tlscacert', '/etc/passwd'],
      /--tlscacert: expected a PEM file/,
    ],
    [['create', 'x', '--host', 'unix:///x', '--token-file', 'PEM'], /takes no certificates and no token/],
    [['create', 'x', '--host', 'unix:///x', '--docker', 'host=unix:///y'], /exclude each other/],
    [['create', 'x', '--from', 'nosuch'], /found "nosuch".*does not exist/],
    [['create', 'x', '--from', 'known', '--host', 'unix:///x'], /--from and the options of an endpoint/],
    [['use', 'nosuch'], /expected a context, found "nosuch" .*\nhint:.*\ncode: PCH_CONTEXT_NOT_FOUND/],
    [['update', 'known'], /expected what to change, found nothing/],
    [['update', 'nosuch', '--description', 'x'], /"nosuch"/],
    [['rm', 'default'], /expected another name/],
    [['rm', 'nosuch'], /"nosuch"/],
    [['rm', '-f', '../known'], /expected letters/],
    [['inspect', 'nosuch'], /"nosuch"/],
    [['export', 'nosuch'], /"nosuch"/],
    [['import', 'known', 'PEM'], /exists already/],
    [['import', 'x', '/no/such'], /expected a readable file/],
    [['import', 'x', 'PEM'], /PCH_CONTEXT_INVALID/],
    [['import', 'x', '/dev/zero'], /at most 10 MiB/],
    [['import', 'x', 'SSH'], /meta\.json: invalid daemon address "ssh/],
    [['import', 'x', 'SKIP'], /SkipTLSVerify is true/],
  ];
  for (const [args, err] of refused)
    it(`context ${args.join(' ').slice(0, 80)} is refused`, async () => {
      await ok('context', 'create', 'known', '--host', 'unix:///known');
      const files: Record<string, () => string> = {
        PEM: () => pem('x'),
        SSH: () => archive({ Host: 'ssh://-me@there' }),
        SKIP: () => archive({ Host: 'tcp://h:1', SkipTLSVerify: true }),
      };
      const given = args.map((arg) => {
        const [, head = '', name = ''] = /^(.*?)(PEM|SSH|SKIP)$/.exec(arg) ?? [];
        return files[name] ? `${head}${files[name]()}` : arg;
      });
      const result = await run(['context', ...given]);
      assert.equal(result.code, 1, result.out);
      assert.match(result.err, err);
      assert.equal(await ok('context', 'ls', '-q'), 'default\nknown\n');
    });

  function archive(docker: object): string {
    writeFileSync(
      join(home, 'meta.json'),
      JSON.stringify({ Name: 'x', Metadata: {}, Endpoints: { docker } }),
    );
    const path = join(home, 'exported.tar');
    execFileSync('tar', ['-cf', path, '-C', home, 'meta.json']);
    return path;
  }

  const damaged: [file: string, text: string, message: RegExp][] = [
    ['config.json', '{', /config\.json: expected a JSON object/],
    ['config.json', '{"currentContext":7}', /currentContext: expected a name/],
    ['contexts/x.json', 'secret', /x\.json: expected a JSON object/],
    ['contexts/x.json', '{"host":"nonsense"}', /host: invalid daemon address/],
    ['contexts/x.json', '{"host":"tcp://h:1","tls":{"ca":7}}', /tls: expected ca, cert and key/],
    ['contexts/x.json', '{"host":"tcp://h:1","token":7}', /token: expected a text/],
  ];
  for (const [file, text, message] of damaged)
    it(`a file ${file} with ${text} is reported without its content, and blocks no other command`, async () => {
      mkdirSync(join(home, '.pouch/contexts'), { recursive: true });
      writeFileSync(join(home, '.pouch', file), text);
      const flags = file.startsWith('contexts') ? ['-c', 'x'] : [];
      const { code, err } = await run([...flags, 'ps']);
      assert.equal(code, 1);
      assert.match(err, message);
      assert.match(err, /code: PCH_CONTEXT_INVALID/);
      assert.doesNotMatch(err, /secret/);
      assert.match((await run(['-H', 'unix:///no/such', 'ps'])).err, /PCH_DAEMON_UNREACHABLE/);
      if (flags.length > 0) {
        assert.match(await ok('context', 'ls'), /^x .*cannot use/m);
        await ok('context', 'rm', '-f', 'x');
      }
    });

  it('exclude the options of another address', async () => {
    await ok('context', 'create', 'x', '--host', 'tcp://h:1');
    assert.match(
      (await run(['-c', 'x', '-H', 'unix:///y', 'ps'])).err,
      /--host and --context exclude each other/,
    );
    assert.match(
      (await run(['-c', 'x', '--tlsverify', 'ps'])).err,
      /the context "x" \(named by --context\) has an address/,
    );
    assert.match(
      (await run(['ps'], { POUCH_CONTEXT: 'nosuch' })).err,
      /found "nosuch" \(named by POUCH_CONTEXT\)/,
    );
    const { err } = await run(['context', 'use', 'x'], { POUCH_HOST: 'unix:///y' });
    assert.match(err, /warning: the variable POUCH_HOST takes precedence/);
  });

  it('of a setting that Pouch does not know keep it', async () => {
    mkdirSync(join(home, '.pouch'));
    writeFileSync(join(home, '.pouch/config.json'), '{"other":1}');
    await ok('context', 'create', 'x', '--host', 'unix:///x');
    await ok('context', 'use', 'x');
    await ok('context', 'use', 'default');
    assert.deepEqual(JSON.parse(readFileSync(join(home, '.pouch/config.json'), 'utf8')), { other: 1 });
  });
});
