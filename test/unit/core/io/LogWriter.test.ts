import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { timestamp } from '../../../../core/io/log/clock.ts';
import { decodeEntry, encodeEntry } from '../../../../core/io/log/entry.ts';
import { backlogLimits } from '../../../../core/io/log/Backlog.ts';
import { ContainerLog, type LogProblem } from '../../../../core/io/log/ContainerLog.ts';
import { LogWriter } from '../../../../core/io/log/LogWriter.ts';
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

  function containerLog(): ContainerLog {
    return new ContainerLog({ logPath, onProblem: (problem) => problems.push(problem) });
  }

  function writer(): LogWriter {
    return new LogWriter(containerLog(), stateDir);
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

  it('logs the incomplete lines at the end', () => {
    const log = writer();
    log.write('stdout', Buffer.from('no newline'));
    log.close();
    assert.deepEqual(logged(), ['stdout: no newline']);
  });

  it('passes an incomplete line to its successor', () => {
    writer().write('stdout', Buffer.from('log'));
    const next = writer();
    next.write('stdout', Buffer.from('in: \n'));
    next.close();
    assert.deepEqual(logged(), ['stdout: login: \n']);
  });

  it('logs once the chunk that its predecessor was logging', () => {
    const first = writer();
    first.write('stdout', Buffer.from('before\nst'));
    const pending = new PendingOutput(join(stateDir, 'stdout.pending'));
    const { size } = statSync(logPath);
    pending.begin(Buffer.from('st'), Buffer.from('arted\nlast\nrest'), { number: 1, size });
    appendFileSync(logPath, encodeEntry('stdout', Buffer.from('started\n'), timestamp()));
    appendFileSync(logPath, '{"log":"las');
    writer().close();
    assert.deepEqual(logged(), ['stdout: before\n', 'stdout: started\n', 'stdout: last\n', 'stdout: rest']);
  });

  it('ignores a damaged state file', () => {
    writeFileSync(join(stateDir, 'stdout.pending'), 'x');
    const log = writer();
    log.write('stdout', Buffer.from('fine\n'));
    log.close();
    assert.deepEqual(logged(), ['stdout: fine\n']);
  });

  describe('that cannot write', () => {
    // A directory in the log's place fails every write until it is gone.
    beforeEach(() => mkdirSync(logPath));

    it('keeps lines in memory and writes them in order once it can', () => {
      const log = writer();
      log.write('stdout', Buffer.from('one\ntwo\n'));
      log.write('stderr', Buffer.from('three\n'));
      assert.match(problems[0]?.error ?? '', /EISDIR/);
      rmdirSync(logPath);
      log.close();
      assert.deepEqual(logged(), ['stdout: one\n', 'stdout: two\n', 'stderr: three\n']);
      assert.deepEqual(problems.slice(1), [{ dropped: 0, error: '' }]);
    });

    it('logs once how many lines are lost beyond the limit', () => {
      const log = writer();
      const line = `${'x'.repeat(1000)}\n`;
      const count = 2 * Math.ceil(backlogLimits.perLog / line.length);
      for (let n = 0; n < count; n++) log.write('stdout', Buffer.from(line));
      rmdirSync(logPath);
      log.close();
      const lines = logged();
      const notes = lines.filter((text) => text.startsWith('stderr: [pouch: '));
      const lost = Number(/^stderr: \[pouch: (\d+) lines lost: EISDIR/.exec(notes[0] ?? '')?.[1]);
      assert.equal(notes.length, 1);
      assert.equal(lines.at(-1), notes[0]);
      assert.equal(lines.length - 1 + lost, count);
      assert.deepEqual(problems.slice(1), [{ dropped: lost, error: '' }]);
    });

    it('keeps waiting lines from one run of the container to the next', () => {
      const log = containerLog();
      const first = new LogWriter(log, stateDir);
      first.write('stdout', Buffer.from('first\n'));
      first.close();
      assert.equal(log.isSettled, false);
      rmdirSync(logPath);
      const second = new LogWriter(log, stateDir);
      second.write('stdout', Buffer.from('second\n'));
      second.close();
      assert.deepEqual(logged(), ['stdout: first\n', 'stdout: second\n']);
      assert.equal(log.isSettled, true);
    });

    it('discards waiting lines when the container is removed', () => {
      const removed = join(stateDir, 'removed');
      mkdirSync(join(removed, 'log'), { recursive: true });
      const log = new ContainerLog({ logPath: join(removed, 'log'), onProblem: () => undefined });
      log.append(['line\n']);
      assert.equal(log.isSettled, false);
      rmSync(removed, { recursive: true });
      log.close();
      assert.equal(log.isSettled, true);
    });
  });
});
