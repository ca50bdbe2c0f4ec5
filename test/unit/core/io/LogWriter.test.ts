import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { timestamp } from '../../../../core/io/log/clock.ts';
import { decodeEntry, encodeEntry } from '../../../../core/io/log/entry.ts';
import { LogWriter, type LogProblem } from '../../../../core/io/log/LogWriter.ts';
import { PendingOutput } from '../../../../core/io/log/PendingOutput.ts';
import { temporaryDirectory } from './helpers.ts';

describe('LogWriter', () => {
  const stateDir = temporaryDirectory();
  let count = 0;
  let logPath = '';
  let problems: LogProblem[] = [];

  beforeEach(() => {
    logPath = join(stateDir, `${++count}.log`);
    problems = [];
  });

  function writer(): LogWriter {
    return new LogWriter({ logPath, stateDir, onProblem: (problem) => problems.push(problem) });
  }

  function logged(): string[] {
    const lines = readFileSync(logPath, 'utf8').trimEnd().split('\n');
    return lines.map((line) => {
      const entry = decodeEntry(line);
      return `${entry?.stream}: ${entry?.data.toString()}`;
    });
  }

  it('keeps the streams apart', () => {
    const log = writer();
    log.write('stdout', Buffer.from('out '));
    log.write('stderr', Buffer.from('err\n'));
    log.write('stdout', Buffer.from('put\n'));
    log.close();
    assert.deepEqual(logged(), ['stderr: err\n', 'stdout: out put\n']);
  });

  it('logs what is left at the end', () => {
    const log = writer();
    log.write('stdout', Buffer.from('no newline'));
    log.close();
    assert.deepEqual(logged(), ['stdout: no newline']);
  });

  it('hands a started line over to its successor', () => {
    writer().write('stdout', Buffer.from('log'));
    const next = writer();
    next.write('stdout', Buffer.from('in: \n'));
    next.close();
    assert.deepEqual(logged(), ['stdout: login: \n']);
  });

  it('logs again, and once, what its predecessor died at', () => {
    const first = writer();
    first.write('stdout', Buffer.from('before\nst'));
    const pending = new PendingOutput(join(stateDir, 'stdout.pending'));
    const { ino: inode, size } = statSync(logPath);
    pending.begin(Buffer.from('st'), Buffer.from('arted\nlast\nrest'), { inode, size });
    appendFileSync(logPath, encodeEntry('stdout', Buffer.from('started\n'), timestamp()));
    appendFileSync(logPath, '{"log":"las');
    writer().close();
    assert.deepEqual(logged(), ['stdout: before\n', 'stdout: started\n', 'stdout: last\n', 'stdout: rest']);
  });

  it('survives a damaged state file', () => {
    writeFileSync(join(stateDir, 'stdout.pending'), 'x');
    const log = writer();
    log.write('stdout', Buffer.from('fine\n'));
    log.close();
    assert.deepEqual(logged(), ['stdout: fine\n']);
  });

  it('drops, counts and tells when the log cannot be written, and goes on when it can', () => {
    // A directory in the log's place fails every write until it is gone.
    mkdirSync(logPath);
    const log = writer();
    log.write('stdout', Buffer.from('one\ntwo\n'));
    log.write('stdout', Buffer.from('three\n'));
    assert.deepEqual(
      problems.map(({ dropped }) => dropped),
      [0],
    );
    assert.match(problems[0]?.error ?? '', /EISDIR/);
    rmdirSync(logPath);
    log.close();
    assert.match(logged()[0] ?? '', /^stderr: \[pouch\] 3 entries of this log are missing: EISDIR/);
    assert.deepEqual(problems[1], { dropped: 3, error: '' });
  });
});
