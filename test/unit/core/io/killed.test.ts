import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ContainerLog } from '../../../../core/io/log/ContainerLog.ts';
import { decodeEntry } from '../../../../core/io/log/entry.ts';
import { LogWriter } from '../../../../core/io/log/LogWriter.ts';
import type { Rotation } from '../../../../core/io/log/RotatingFile.ts';
import { LogReader } from '../../../../core/io/read/LogReader.ts';
import { notHeld } from '../../../../core/io/read/heldLog.ts';
import { temporaryDirectory, texts } from './helpers.ts';
import { MortalProcess, useMortalProcesses } from './MortalProcess.ts';

type Stream = 'stdout' | 'stderr';

/** Chunks as a FIFO gives them: lines that begin in one and end in another, and at the end one without a newline. */
const chunks: [Stream, string][] = [
  ['stdout', 'one\ntwo\nthree\nfour\nfi'],
  ['stderr', 'a warning\nand '],
  ['stdout', 've\nsix\n'],
  ['stderr', 'another\n'],
  ['stdout', 'seven\neight\nnine\nten\neleven\ntwelve\n$ '],
];
const logged = {
  stdout: 'one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\neleven\ntwelve\n$ ',
  stderr: 'a warning\nand another\n',
};

/** Two or three lines fit into a file: a chunk fills several. */
const maxSize = 200;
const rotations: Record<string, Rotation> = {
  'a log that is not rotated': {},
  'rotated files': { maxSize, maxFile: 99 },
  'some rotated files': { maxSize, maxFile: 2 },
  'one file': { maxSize, maxFile: 1 },
  'one line in each file': { maxSize: 1, maxFile: 99 },
  'files that are kept for a log driver': { maxSize, maxFile: 1, keepBytes: 1_000_000 },
};

/** Those of which the recovery is killed, too. */
const againIn = new Set(['rotated files', 'one file']);

describe('A log keeper that is killed', function () {
  this.timeout(60_000);
  const parent = temporaryDirectory();
  useMortalProcesses();
  let count = 0;

  for (const [name, rotation] of Object.entries(rotations)) {
    it(`at any step${againIn.has(name) ? ', and again in its recovery,' : ''} doubles and loses no line with ${name}`, () => {
      const expected = run(rotation, []).files();
      for (let first = 1; ; first++) {
        const once = run(rotation, [first]);
        assert.deepEqual(once.files(), expected, `killed at step ${first}`);
        if (once.kills === 0) break;
        if (!againIn.has(name)) continue;
        for (let second = 1; ; second++) {
          const twice = run(rotation, [first, second]);
          assert.deepEqual(twice.files(), expected, `killed at steps ${first} and ${second}`);
          if (twice.isRecovered) break;
        }
      }
    });
  }

  it('at any step, neither doubles nor skips a line for a reader that follows', async () => {
    const rotation = { maxSize, maxFile: 99 };
    for (let step = 1; ; step++) {
      const keeper = new Keeper(join(parent, String(++count)), rotation);
      const reader = new LogReader(keeper.path, notHeld);
      await reader.start({ stdout: true, stderr: true, follow: true });
      const read = [];
      for (const at of [step, Infinity]) {
        keeper.live(at);
        for await (const entries of reader.read()) read.push(...entries);
      }
      await reader.close();
      for (const stream of ['stdout', 'stderr'] as const)
        assert.equal(
          texts(read.filter((entry) => entry.stream === stream)).join(''),
          logged[stream],
          `killed at step ${step}`,
        );
      if (keeper.kills === 0) return;
    }
  });

  /** Runs keepers of which each is killed at its step of `steps`, and one more to the end. */
  function run(rotation: Rotation, steps: readonly number[]): Keeper {
    const keeper = new Keeper(join(parent, String(++count)), rotation);
    for (const step of [...steps, Infinity]) keeper.live(step);
    return keeper;
  }
});

/** Log keepers, one after another, that log the chunks. */
class Keeper {
  readonly path: string;
  readonly #directory: string;
  readonly #rotation: Rotation;
  /** Chunks that were read from the FIFO. */
  #read = 0;
  #isClosed = false;
  kills = 0;
  /** Whether the last keeper that was killed had continued where the one before had ended. */
  isRecovered = true;

  constructor(directory: string, rotation: Rotation) {
    mkdirSync(directory);
    this.path = join(directory, 'log');
    this.#directory = directory;
    this.#rotation = rotation;
  }

  /** Continues until the end, or until a kill at the step `at`. */
  live(at: number): void {
    if (this.#isClosed) return;
    let isRecovered = false;
    const process = new MortalProcess(at);
    process.run(() => {
      const log = new ContainerLog({ logPath: this.path, ...this.#rotation, onProblem: () => undefined });
      const writer = new LogWriter(log, this.#directory);
      isRecovered = !process.isDead;
      while (this.#read < chunks.length && !process.isDead) {
        const [stream, text] = chunks[this.#read]!;
        process.onRecord = () => (this.#read += 1);
        writer.write(stream, Buffer.from(text));
      }
      writer.close();
    });
    if (!process.isDead) return void (this.#isClosed = true);
    this.kills += 1;
    this.isRecovered = isRecovered;
  }

  /** The texts of each file of the log. */
  files(): Record<string, string[]> {
    const names = readdirSync(this.#directory).filter((name) => name.startsWith('log'));
    return Object.fromEntries(
      names.map((name) => {
        const lines = readFileSync(join(this.#directory, name), 'utf8').split('\n').slice(0, -1);
        return [name, lines.map((line) => decodeEntry(line)?.data.toString() ?? `damaged: ${line}`)];
      }),
    );
  }
}
