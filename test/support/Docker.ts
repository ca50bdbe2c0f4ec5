/** Runs the unmodified docker CLI. */
import { spawn, type ChildProcess } from 'node:child_process';

export interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

const deadline = 30_000;

export class Docker {
  readonly #environment: NodeJS.ProcessEnv;

  constructor(socket: string) {
    this.#environment = { ...process.env, DOCKER_HOST: `unix://${socket}`, DOCKER_CLI_HINTS: 'false' };
  }

  /** Runs to the end, with the given input. */
  async run(args: string[], input: string | Buffer = ''): Promise<Result> {
    const child = this.start('docker', args);
    child.stdin?.on('error', () => undefined).end(input);
    return result(child);
  }

  /** As run, but a failure is an error; returns stdout without the last newline. */
  async ok(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(args);
    if (code !== 0) throw new Error(`docker ${args.join(' ')} ended with ${code}: ${stderr}`);
    return stdout.trimEnd();
  }

  /** Runs at a terminal; `dialogue` waits for a text (if there is one), then types. */
  async atTerminal(args: string[], dialogue: [wait: RegExp | undefined, type: string][]): Promise<Result> {
    const command = ['docker', ...args].map((word) => `'${word}'`).join(' ');
    const child = this.start('script', ['-q', '-e', '-c', command, '/dev/null']);
    void converse(child, dialogue);
    return result(child);
  }

  start(program: string, args: string[]): ChildProcess {
    return spawn(program, args, { env: this.#environment, stdio: 'pipe' });
  }
}

async function converse(child: ChildProcess, dialogue: [RegExp | undefined, string][]): Promise<void> {
  for (const [wait, type] of dialogue) {
    if (wait) await said(child, wait);
    child.stdin?.write(type);
  }
}

/** Resolves when the child has written what matches, from now on. */
export function said(child: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const read = (chunk: Buffer): void => {
      text += chunk.toString();
      if (!pattern.test(text)) return;
      child.stdout?.off('data', read);
      resolve(text);
    };
    child.stdout?.on('data', read);
    child.once('exit', () => reject(new Error(`it ended without ${pattern}: ${text}`)));
  });
}

function result(child: ChildProcess): Promise<Result> {
  const late = setTimeout(() => child.kill('SIGKILL'), deadline);
  const output = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(late);
      resolve({ code: code ?? -1, ...output });
    });
  });
}
