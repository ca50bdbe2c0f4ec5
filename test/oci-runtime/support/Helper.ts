import { spawn, type ChildProcess } from 'node:child_process';
import { until } from './call.ts';

/** A helper process on the host, beside a row's containers. */
export class Helper {
  output = '';
  readonly #process: ChildProcess;

  constructor(file: string, args: readonly string[]) {
    this.#process = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    this.#process.stdin?.on('error', () => {});
  }

  type(text: string): void {
    this.#process.stdin?.write(text);
  }

  async prints(expected: RegExp): Promise<void> {
    await until(`${expected} in ${this.output}`, () => expected.test(this.output));
  }

  async ends(): Promise<void> {
    await until(`the exit of ${this.#process.spawnfile}`, () => this.#process.exitCode !== null);
  }

  end(): void {
    this.#process.kill('SIGKILL');
  }
}
