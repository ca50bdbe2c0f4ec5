import assert from 'node:assert/strict';
import { execa } from 'execa';
import { commandProgram } from '../../../hooks/commandProgram.ts';
import { makeDraft } from '../core/plugins/support/draft.ts';

const run = (script: string) => execa('/bin/sh', ['-c', script], { reject: false, env: { LEAKED: 'no' } });

function draftOf(more: Partial<ReturnType<typeof makeDraft>['process']>) {
  const draft = makeDraft();
  Object.assign(draft.process, { user: '', groups: [], cwd: '/', env: { PATH: '/usr/bin:/bin' } }, more);
  return draft;
}

describe('the program of a command', () => {
  it('has its environment, directory and arguments, unchanged', async () => {
    const odd = `a "b" 'c' $HOME \\ tab\tline\nend`;
    const env = { PATH: '/usr/bin:/bin', ODD: odd, 'odd.name': odd };
    const script = 'printf "%s|%s|%s|%s" "$PWD" "$ODD" "$0" "$1"';
    const { stdout } = await run(
      commandProgram(draftOf({ cwd: '/usr/share', env }), ['sh', '-c', script, odd, '']),
    );
    assert.equal(stdout, `/usr/share|${odd}|${odd}|`);
    assert.equal((await run(commandProgram(draftOf({ env }), ['printenv', 'odd.name']))).stdout, odd);
  });

  it('has the HOME of its account, unless the request names one', async () => {
    const home = async (env: Record<string, string>) =>
      (await run(commandProgram(draftOf({ env: { PATH: '/usr/bin:/bin', ...env } }), ['printenv', 'HOME'])))
        .stdout;
    assert.equal(await home({}), '/root');
    assert.equal(await home({ HOME: '/srv' }), '/srv');
  });

  it('runs as a user by name or number, with its groups', async () => {
    const id = async (user: string, groups: string[] = []) =>
      (await run(commandProgram(draftOf({ user, groups }), ['sh', '-c', 'echo $(id -u):$(id -g):$(id -G)'])))
        .stdout;
    assert.equal(await id('nobody'), '65534:65534:65534');
    assert.equal(await id('4321:7'), '4321:7:7');
    assert.equal(await id('4321:7', ['8', '9']), '4321:7:7 8 9');
    assert.equal(await id(''), '0:0:0');
  });

  for (const [what, args, code] of [
    ['a missing program', ['no-such-program'], 127],
    ['a file that is not executable', ['/etc/passwd'], 126],
    ['its own exit code', ['sh', '-c', 'exit 7'], 7],
  ] as const)
    it(`ends with ${code} for ${what}`, async () => {
      assert.equal((await run(commandProgram(draftOf({}), args))).exitCode, code);
    });
});
