import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { printable, printableCell } from '../../../../cli/output/printable.ts';
import { plainProgress } from '../../../../cli/output/plainProgress.ts';
import { printListing } from '../../../../cli/output/listing.ts';
import { progressLine } from '../../../../cli/output/progressLine.ts';
import { reportError } from '../../../../cli/reportError.ts';
import { Session, type Terminal } from '../../../../cli/Session.ts';

const hostile = 'a\u001b]0;title\u0007\u009b2J\u202egnp.exe\r\u007fz';

const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;

describe('text for a terminal', () => {
  it('has control characters and changes of direction as JSON escapes', () => {
    assert.equal(printable(hostile), 'a\\u001b]0;title\\u0007\\u009b2J\\u202egnp.exe\\u000d\\u007fz');
    assert.equal(printable('größe 日本\tx\ny'), 'größe 日本\tx\ny');
    assert.equal(
      printable('\u001b[31mred\u001b[0m \u001b[8mhidden'),
      '\u001b[31mred\u001b[0m \\u001b[8mhidden',
    );
    assert.equal(printableCell('one\ntwo\tthree'), 'one\\ntwo\\tthree');
  });

  it('keeps the value of JSON', () => {
    const json = JSON.stringify({ name: hostile });
    assert.deepEqual(JSON.parse(printable(json)), { name: hostile });
    assert.doesNotMatch(printable(json), controls);
  });

  const outputs: Record<string, (session: Session) => void> = {
    'a table': (session) => list(session, {}),
    keys: (session) => list(session, { quiet: true }),
    'a template': (session) => list(session, { format: '{{.Name}}' }),
    'a line': (session) => session.print(hostile),
    'a warning': (session) => session.warn(hostile),
    'an error': (session) => reportError(new Error(hostile), session.terminal),
    progress: ({ terminal }) => plainProgress(terminal.stdout).update({ id: 'x', status: hostile }),
    'a stream of progress': ({ terminal }) => plainProgress(terminal.stdout).update({ stream: hostile }),
    'live progress': (session) =>
      session.terminal.stdout.write(progressLine({ id: 'x', status: hostile }, 80)),
  };
  for (const [name, write] of Object.entries(outputs))
    it(`${name} does not control the terminal`, () => {
      const out = new PassThrough();
      const stream = out as unknown as Terminal['stdout'];
      write(
        new Session({ stdin: out as unknown as Terminal['stdin'], stdout: stream, stderr: stream, env: {} }),
      );
      const written = String(out.read());
      assert.match(written, /gnp\.exe/);
      assert.doesNotMatch(written, controls);
    });

  function list(session: Session, flags: { quiet?: boolean; format?: string }): void {
    printListing(session, { columns: [['NAME', 'Name']], rows: [{ Name: hostile }], key: 'Name' }, flags);
  }
});
