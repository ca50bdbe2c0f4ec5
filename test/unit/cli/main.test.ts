import assert from 'node:assert/strict';
import { main } from '../../../cli/main.ts';
import { version } from '../../../cli/version.ts';
import { fakeTerminal } from './support/fakeTerminal.ts';

async function pouch(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { terminal, out, err } = fakeTerminal({ POUCH_HOST: 'unix:///does/not/exist.sock' });
  const code = await main(args, terminal);
  return { code, out: out(), err: err() };
}

describe('pouch', () => {
  it('prints its version without a daemon', async () => {
    assert.deepEqual(await pouch('--version'), { code: 0, out: `${version}\n`, err: '' });
    assert.match((await pouch('version', '--client')).out, new RegExp(`Version: +${version}`));
    assert.equal(
      JSON.parse((await pouch('version', '--client', '--format', 'json')).out).Client.Version,
      version,
    );
  });

  it('prints help to stdout and exits with 0', async () => {
    for (const args of [
      ['--help'],
      ['run', '--help'],
      ['help', 'run'],
      ['container', 'ls', '--help'],
      ['plan', 'run', '--help'],
    ]) {
      const { code, out, err } = await pouch(...args);
      assert.deepEqual([code, err], [0, ''], args.join(' '));
      assert.match(out, /^Usage: pouch /);
    }
  });

  it('-h of run is the host name, not help', async () => {
    const { err } = await pouch('run', '-h', 'name', '--memory', 'x', 'img');
    assert.match(err, /--memory/);
  });

  it('prints help to stderr and exits with 1 without a command', async () => {
    const { code } = await pouch();
    assert.equal(code, 1);
  });

  const failures: [args: string[], code: number, err: RegExp][] = [
    [['pss'], 1, /^pouch: unknown command 'pss'\nhint: Did you mean ps\?\ncode: PCH_OPTION_INVALID\n$/],
    [['ps', '--al'], 1, /^pouch: unknown option '--al'\nhint: Did you mean --all\?\n/],
    [['run', '--memry', '1g', 'img'], 125, /unknown option '--memry'\nhint: Did you mean --memory\?/],
    [['create', '--foo', 'img'], 125, /unknown option '--foo'\nhint: see --help/],
    [['exec', '--foo', 'c', 'sh'], 125, /unknown option '--foo'/],
    [['container', 'run', '--foo', 'img'], 125, /unknown option '--foo'/],
    [['run'], 125, /missing required argument 'image'/],
    [['exec', 'c'], 125, /missing required argument 'command'/],
    [['ps', 'extra'], 1, /too many arguments/],
    [['rm'], 1, /missing required argument 'container'/],
    [['run', '--memory'], 125, /argument missing/],
    [
      ['run', '-m', '5x', 'img'],
      125,
      /^pouch: -m, --memory: expected a size .*\nhint: see --help for the options of the command\ncode: PCH_OPTION_INVALID\n$/,
    ],
    [['run', '--initscript', 'x', 'img'], 125, /--initscript is only for rich containers\nhint: add --rich/],
    [['run', '--detach-keys', 'x,', 'img'], 125, /--detach-keys/],
    [['run', '--pull', 'often', 'img'], 125, /--pull: expected always, missing, never, found "often"/],
    [['ps', '--filter', 'x'], 1, /--filter: expected KEY=VALUE/],
    [['ps', '-n', '-1'], 1, /--last/],
    [['logs', '--tail', 'some', 'c'], 1, /--tail/],
    [['run', '-it', 'img'], 125, /-t: the input device is not a TTY/],
    [['exec', '-it', 'c', 'sh'], 125, /-t: the input device is not a TTY/],
    [['completion', 'ksh'], 1, /expected bash, zsh, fish, found "ksh"/],
    [
      ['image', 'bootstrap', 'debian'],
      1,
      /found no tag in "debian"\nhint: use a name with a tag such as debian:bookworm/,
    ],
    [['-H', 'nonsense', 'ps'], 1, /invalid daemon address "nonsense"/],
  ];
  for (const [args, code, err] of failures) {
    it(`${args.join(' ')} exits with ${code} and reports the reason`, async () => {
      const result = await pouch(...args);
      assert.match(result.err, err);
      assert.equal(result.code, code);
      assert.equal(result.out, '');
    });
  }

  it('prints how to start the daemon when it cannot be reached', async () => {
    for (const [args, code] of [
      [['ps'], 1],
      [['run', '--rm', 'img'], 125],
      [['exec', 'c', 'sh'], 1],
    ] as const) {
      const result = await pouch(...args);
      assert.match(
        result.err,
        /^pouch: cannot reach pouchd at unix:\/\/\/does\/not\/exist\.sock: the socket does not exist\nhint: start it with/,
      );
      assert.match(result.err, /code: PCH_DAEMON_UNREACHABLE\n$/);
      assert.equal(result.code, code);
    }
  });
});
