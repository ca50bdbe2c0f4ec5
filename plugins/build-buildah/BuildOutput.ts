import { PouchError } from '../../hooks/index.ts';
import { buildahFailed } from './failure.ts';

/** `STEP 1/3: RUN true`, with `[1/2] ` before it if there are stages. */
const step = /^(?:(\[\d+\/\d+\]) )?STEP (\d+\/\d+): (.*)$/s;
const cached = /^--> Using cache ([0-9a-f]{12,64})$/;
const committed = /^--> ([0-9a-f]{11,64})$/;
const committing = /^(\[\d+\/\d+\] )?COMMIT *$/;
/** A mistake that buildah logs before it reports it. */
const noise = /^time="[^"]*" level=\w+ msg="\+\(UNHANDLED LOGLEVEL\)/;
const failedRun = /building at STEP ".*": while running runtime: exit status (\d+)$/s;

/** Whether a line begins an instruction. */
export function isStep(line: string): boolean {
  return step.test(line);
}

/** Passes on what buildah prints, in the words of docker build. */
export class BuildOutput {
  readonly #print: (text: string) => Promise<void>;
  readonly #names: ReadonlyMap<string, string>;
  /** The line of an error is shown as the error, unless more follows. */
  #held: string | undefined;
  #step = '';

  /** @param names what the Dockerfile calls its images, by their ids */
  constructor(print: (text: string) => Promise<void>, names: ReadonlyMap<string, string>) {
    this.#print = print;
    this.#names = names;
  }

  async add(line: string, stream: 'stdout' | 'stderr'): Promise<void> {
    if (stream === 'stdout') return await this.#print(this.#translated(line));
    if (noise.test(line)) return;
    if (this.#held !== undefined) await this.#print(`${this.#held}\n`);
    this.#held = undefined;
    if (/^(Error: |error )/.test(line)) this.#held = line;
    else await this.#print(`${line}\n`);
  }

  /** Resolves to the error of a build that has failed. */
  async end(exitCode: number): Promise<PouchError | undefined> {
    const held = this.#held;
    this.#held = undefined;
    if (exitCode === 0 && held !== undefined) await this.#print(`${held}\n`);
    return exitCode === 0 ? undefined : this.#failure(held ?? `buildah ended with exit code ${exitCode}`);
  }

  #translated(line: string): string {
    const [, stage, number, instruction] = step.exec(line) ?? [];
    if (instruction !== undefined) {
      this.#step = this.#named(instruction);
      return `${stage === undefined ? '' : `${stage} `}Step ${number} : ${this.#step}\n`;
    }
    const [, cache] = cached.exec(line) ?? [];
    if (cache !== undefined) return ` ---> Using cache\n ---> ${cache.slice(0, 12)}\n`;
    const [, layer] = committed.exec(line) ?? [];
    if (layer !== undefined) return ` ---> ${layer.slice(0, 12)}\n`;
    return committing.test(line) ? '' : `${line}\n`;
  }

  #named(text: string): string {
    return text.replace(/sha256:[0-9a-f]{64}/g, (id) => this.#names.get(id) ?? id);
  }

  #failure(said: string): PouchError {
    const [, exitCode] = failedRun.exec(said) ?? [];
    if (exitCode === undefined) return buildahFailed('buildah', this.#named(said));
    const command = commandOf(this.#step);
    return new PouchError(
      'PCH_BUILD_FAILED',
      `The command '${command}' returned a non-zero code: ${exitCode}`,
    );
  }
}

/** As dockerd shows it: text is for the shell, a list is not. */
function commandOf(instruction: string): string {
  const text = instruction.replace(/^RUN\s+/i, '').replace(/^(--\w+=\S+\s+)+/, '');
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list)) return list.join(' ');
  } catch {
    // Text for the shell.
  }
  return `/bin/sh -c ${text}`;
}
