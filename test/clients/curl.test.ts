/** curl over the Unix socket: scripts send requests without a client library, and as they please. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { uniqueName } from './support/target.ts';
import { useTarget } from './support/useTarget.ts';

describe('curl', function () {
  this.timeout(120_000);
  const used = useTarget('curl');

  const curl = async (path: string, ...args: string[]): Promise<string> => {
    const all = ['--silent', '--show-error', '--unix-socket', used.api.socket, '--max-time', '30', ...args];
    return (await execa('curl', [...all, `http://localhost${path}`], { timeout: 40_000 })).stdout;
  };
  const json = async (path: string, ...args: string[]) => JSON.parse(await curl(path, ...args));
  const post = (path: string, body?: object) =>
    body === undefined
      ? curl(path, '-X', 'POST')
      : curl(path, '-X', 'POST', '-H', 'Content-Type: application/json', '-d', JSON.stringify(body));
  const status = (path: string, ...args: string[]) =>
    curl(path, '-o', '/dev/null', '-w', '%{http_code}', ...args);

  it('reads the daemon', async () => {
    assert.equal(await curl('/_ping'), 'OK');
    assert.match(await curl('/_ping', '--head'), /^HTTP\/1\.1 200 OK\r?\n[^]*Api-Version: 1\.47/i);
    assert.equal((await json('/v1.41/version')).ApiVersion, '1.47');
    assert.equal((await json('/info')).OSType, 'linux');
    assert.deepEqual(await json('/plugins'), []);
    assert.ok((await json('/system/df')).LayersSize > 0);
  });

  it('runs a container, and reads its output and its exit code', async () => {
    const name = uniqueName();
    const { Id } = JSON.parse(
      await post(`/v1.41/containers/create?name=${name}`, {
        Image: used.api.image,
        Cmd: ['sh', '-c', 'echo out; exit 4'],
        Tty: true,
      }),
    ) as { Id: string };
    assert.equal(await status(`/containers/${Id}/start`, '-X', 'POST'), '204');
    assert.equal(JSON.parse(await post(`/containers/${name}/wait`)).StatusCode, 4);
    assert.equal(await curl(`/containers/${name}/logs?stdout=1`), 'out');
    assert.equal((await json(`/containers/${name}/json`)).State.ExitCode, 4);
    const filters = encodeURIComponent(JSON.stringify({ name: [name] }));
    assert.equal((await json(`/containers/json?all=1&filters=${filters}`)).length, 1);
    assert.equal(await status(`/containers/${name}`, '-X', 'DELETE'), '204');
    assert.equal(await status(`/containers/${name}/json`), '404');
  });

  it('copies an archive in and out, and executes a command', async () => {
    const name = uniqueName();
    await post(`/containers/create?name=${name}`, { Image: used.api.image, Cmd: ['sleep', '1000'] });
    await post(`/containers/${name}/start`);
    await writeFile(join(used.directory, 'file'), 'content');
    await execa('tar', ['-cf', join(used.directory, 'in.tar'), '-C', used.directory, 'file']);
    const put = ['-X', 'PUT', '-T', join(used.directory, 'in.tar')];
    assert.equal(await status(`/containers/${name}/archive?path=/tmp`, ...put), '200');
    await curl(`/containers/${name}/archive?path=/tmp/file`, '-o', join(used.directory, 'out.tar'));
    assert.equal((await execa('tar', ['-xOf', join(used.directory, 'out.tar')])).stdout, 'content');
    const made = await post(`/containers/${name}/exec`, {
      Cmd: ['cat', '/tmp/file'],
      AttachStdout: true,
      Tty: true,
    });
    const { Id } = JSON.parse(made) as { Id: string };
    assert.equal(await post(`/exec/${Id}/start`, { Tty: true }), 'content');
    assert.equal((await json(`/exec/${Id}/json`)).ExitCode, 0);
    assert.equal(await status(`/containers/${name}?force=true`, '-X', 'DELETE'), '204');
  });

  it('streams events as lines', async () => {
    const since = Math.floor(Date.now() / 1000);
    const name = uniqueName();
    await post('/volumes/create', { Name: name });
    const lines = (await curl(`/events?since=${since}&until=${since + 1}`)).split('\n').filter(Boolean);
    assert.ok(lines.some((line) => JSON.parse(line).Actor.ID === name));
    assert.equal(await status(`/volumes/${name}`, '-X', 'DELETE'), '204');
  });

  it('saves and loads an image', async () => {
    const file = join(used.directory, 'image.tar');
    await curl(`/images/${used.api.image}/get`, '-o', file);
    const loaded = await curl(
      '/images/load',
      '-X',
      'POST',
      '-H',
      'Content-Type: application/x-tar',
      '--data-binary',
      `@${file}`,
    );
    assert.match(loaded, /"stream":"Loaded image: busybox:latest\\n"/);
  });

  const refused: [path: string, args: string[], status: string][] = [
    ['/nosuch', [], '404'],
    ['/containers/nosuch/json', [], '404'],
    ['/v9.9/info', [], '400'],
    ['/containers/create', ['-X', 'POST', '-H', 'Content-Type: application/json', '-d', '{'], '400'],
    [
      '/containers/create',
      ['-X', 'POST', '-H', 'Content-Type: application/json', '-d', '{"Image":7}'],
      '400',
    ],
    ['/containers/json?filters=%7B', [], '400'],
    ['/containers/json', ['-X', 'PATCH'], '404'],
  ];
  for (const [path, args, expected] of refused)
    it(`gets ${expected} for ${args[1] ?? 'GET'} ${path} ${args[5] ?? ''}`, async () => {
      assert.equal(await status(path, ...args), expected);
      assert.notEqual((await json(path, ...args)).message, '');
    });
});
