import assert from 'node:assert/strict';
import { join } from 'node:path';
import { ask } from '../support/RawClient.ts';
import { useDaemon } from '../support/useDaemon.ts';

const plugin = join(import.meta.dirname, 'support/plugins/contributes.ts');

describe('what a plugin contributes for users', function () {
  this.timeout(60_000);
  this.slow(5_000);
  const daemon = useDaemon({ yaml: `plugins:\n  - path: ${plugin}\n    isolation: in-process\n` });
  const { ok, pouch } = daemon;
  const call = (method: string, path: string, body?: unknown) =>
    ask(join(daemon.it.state, 'pouchd.sock'), method, path, body === undefined ? {} : { body });

  it('a verb is a command: arguments, options, output, exit code', async () => {
    assert.equal(
      await ok('greet', 'ann', 'bob', '--times', '2'),
      'hello ann\nhello ann\nhello bob\nhello bob',
    );
    const { exitCode, stdout, stderr } = await pouch('greet', '--loud', '--code=7', 'ann');
    assert.deepEqual([exitCode, stdout, stderr], [7, 'ANN\n', 'ends with 7\n']);
  });

  it('a verb is listed in help and completion, and has help of its own', async () => {
    assert.match(await ok('--help'), /Plugins:\n(?: .*\n)* +greet +Greet people/);
    const help = await ok('greet', '--help');
    assert.match(help, /Usage: pouch greet .*<people\.\.\.>\n\nGreet people \(plugin contributes\)/);
    assert.match(help, /--times <integer> +How often \(default 1\)/);
    assert.match(await ok('completion', 'bash'), /"greet"\) echo ".*--times/);
  });

  it('a mistake in a call of a verb is reported, and the next call works', async () => {
    const mistakes: [string[], RegExp][] = [
      [['greet'], /missing required argument 'people'/],
      [
        ['greet', 'ann', '--times', 'x'],
        /option times must be integer, found string\n +by plugin contributes\n/,
      ],
      [['greet', '--tims', '2', 'ann'], /unknown option '--tims'\nhint: Did you mean --times\?/],
      [
        ['greet', 'ann', 'nobody'],
        /expected a person, found nobody\n +by plugin contributes\nhint: name somebody\ncode: PCH_CONFLICT/,
      ],
      [['sleepy'], /verb sleepy did not end within 300 ms\n +by plugin contributes\n.*\n?code: PCH_DEADLINE/],
      [['greeet'], /unknown command 'greeet'\nhint: Did you mean greet\?/],
    ];
    for (const [args, message] of mistakes) {
      const { exitCode, stderr } = await pouch(...args);
      assert.equal(exitCode, 1, args.join(' '));
      assert.match(stderr, message);
    }
    assert.equal(await ok('greet', 'ann'), 'hello ann');
  });

  it('a route has parameters, a query and a checked body, below /plugins/NAME', async () => {
    const { status, json } = await call('PUT', '/plugins/contributes/people/a%20b?since=1', { age: 7 });
    assert.deepEqual([status, json], [201, { name: 'a b', age: 7, since: '1' }]);
    const text = await call('GET', '/v1.41/plugins/contributes/people');
    assert.deepEqual([text.text, text.headers['content-type']], ['ann\nbob\n', 'text/plain; charset=utf-8']);
  });

  it('a mistake in a call of a route has its status and code', async () => {
    const mistakes: [string, string, unknown, number, string][] = [
      ['PUT', '/people/ann', { age: -1 }, 400, 'PCH_BAD_REQUEST'],
      ['PUT', '/people/ann', { age: 1, size: 2 }, 400, 'PCH_BAD_REQUEST'],
      ['PUT', '/people/ann', undefined, 400, 'PCH_BAD_REQUEST'],
      ['DELETE', '/people', { age: 1 }, 400, 'PCH_BAD_REQUEST'],
      ['DELETE', '/people', undefined, 409, 'PCH_CONFLICT'],
      ['GET', '/peeple', undefined, 404, 'PCH_PATH_NOT_FOUND'],
      ['PUT', '/people/ann', `{"age": 1, "x": "${'x'.repeat(1024 * 1024)}"}`, 413, 'PCH_BODY_TOO_LARGE'],
    ];
    for (const [method, path, body, status, code] of mistakes) {
      const found = await call(method, `/plugins/contributes${path}`, body);
      assert.deepEqual([found.status, found.json.code], [status, code], found.text);
    }
    assert.equal((await call('GET', '/plugins/other/people')).status, 404);
    assert.equal((await call('PUT', '/plugins/contributes/people/ann', { age: 7 })).status, 201);
  });

  it('doctor runs its checks; one that hangs is a problem', async () => {
    const { exitCode, stdout } = await pouch('doctor');
    assert.equal(exitCode, 1);
    assert.match(
      stdout,
      /plugin contributes:\n +ok +people: two\n +no +weather: the check did not end within 100 ms/,
    );
  });

  it('metrics have its counter beside those of the engine', async () => {
    const before = Number(
      /greetings_total\{to="carl"\} (\d+)/.exec((await call('GET', '/pouch/metrics')).text)?.[1] ?? 0,
    );
    await ok('greet', 'carl', '--times', '3');
    const { text, headers } = await call('GET', '/pouch/metrics');
    assert.match(String(headers['content-type']), /^text\/plain; version=0\.0\.4/);
    assert.match(
      text,
      new RegExp(`^pouch_plugin_contributes_greetings_total\\{to="carl"\\} ${before + 3}$`, 'm'),
    );
    assert.match(text, /^# TYPE pouch_hook_calls_total counter$/m);
    assert.match(text, /^pouch_containers\{state="running"\} 0$/m);
    assert.match(text, /^pouch_hook_calls_total\{plugin="[\w-]+",hook="[\w.]+",outcome="ok"\} [1-9]/m);
  });

  it('plugin inspect lists what it contributes', async () => {
    const [found] = JSON.parse(await ok('plugin', 'inspect', 'contributes')) as Record<string, unknown>[];
    assert.deepEqual(found?.['contributes'], {
      verb: ['greet', 'sleepy'],
      route: [
        'PUT /plugins/contributes/people/:',
        'GET /plugins/contributes/people',
        'DELETE /plugins/contributes/people',
      ],
      doctorCheck: ['contributes: people', 'contributes: weather'],
      metric: ['pouch_plugin_contributes_greetings_total'],
    });
  });
});
