import assert from 'node:assert/strict';
import { ClientError } from '../../../client/index.ts';
import { CliError } from '../../../cli/errors.ts';
import { exitCodeFor, reportError } from '../../../cli/reportError.ts';
import { fakeTerminal } from './support/fakeTerminal.ts';

describe('exit codes', () => {
  const cases: [error: Error, path: string[], code: number][] = [
    [new ClientError('PCH_COMMAND_NOT_FOUND', ''), ['run'], 127],
    [new ClientError('PCH_COMMAND_NOT_EXECUTABLE', ''), ['run'], 126],
    [new ClientError('PCH_COMMAND_NOT_FOUND', ''), ['container', 'run'], 127],
    [new ClientError('PCH_NAME_IN_USE', ''), ['create'], 125],
    [new ClientError('PCH_CONTAINER_NOT_FOUND', ''), ['exec'], 1],
    [new ClientError('PCH_USER_NOT_FOUND', ''), ['exec'], 126],
    [new ClientError('PCH_USER_NOT_FOUND', ''), ['run'], 125],
    [new ClientError('PCH_CONTAINER_NOT_FOUND', ''), ['rm'], 1],
    [new ClientError('', 'x: exec: "nosuch": executable file not found in $PATH: unknown'), ['run'], 127],
    [new ClientError('', 'x: exec: "/etc": permission denied: unknown'), ['run'], 126],
    [new ClientError('', 'something else'), ['run'], 125],
    [new CliError('PCH_OPTION_INVALID', ''), ['run'], 125],
    [new CliError('PCH_OPTION_INVALID', ''), ['ps'], 1],
    [new TypeError('bug'), ['ps'], 1],
  ];
  for (const [error, path, code] of cases) {
    it(`${path.join(' ')}: ${error.message || (error as ClientError).code} → ${code}`, () => {
      assert.equal(exitCodeFor(error, path), code);
    });
  }
});

describe('a printed error', () => {
  it('has message, plugin, hint and code', () => {
    const { terminal, err } = fakeTerminal();
    const details = { plugin: 'corp-hosts', hook: 'container.preCreate', hint: 'fix it' };
    reportError(new ClientError('PCH_PLUGIN_FAILED', 'it threw', details), terminal);
    assert.equal(
      err(),
      'pouch: it threw\n  by plugin corp-hosts at container.preCreate\nhint: fix it\ncode: PCH_PLUGIN_FAILED\n',
    );
  });

  it('of a server without codes is the message alone', () => {
    const { terminal, err } = fakeTerminal();
    reportError(new ClientError('', 'No such container: x'), terminal);
    assert.equal(err(), 'pouch: No such container: x\n');
  });
});
