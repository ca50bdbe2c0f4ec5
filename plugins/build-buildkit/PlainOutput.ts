import { PouchError } from '../../hooks/index.ts';

const failedRun = /process "(.*)" did not complete successfully: exit code: (\d+)/s;

/** Passes on what `buildctl build --progress plain` prints. The line of its error becomes the error. */
export class PlainOutput {
  readonly #print: (text: string) => Promise<void>;
  readonly #names: ReadonlyMap<string, string>;
  #error = '';

  /** @param names what the Dockerfile calls its images, by their ids and manifests */
  constructor(print: (text: string) => Promise<void>, names: ReadonlyMap<string, string>) {
    this.#print = print;
    this.#names = names;
  }

  async add(line: string): Promise<void> {
    const said = this.#named(line);
    const [, error] = /^error: (?:failed to solve: )?(.*)$/s.exec(said) ?? [];
    if (error !== undefined) this.#error = error;
    else await this.#print(`${said}\n`);
  }

  failure(exitCode: number): PouchError {
    const [, command, code] = failedRun.exec(this.#error) ?? [];
    if (command !== undefined)
      return new PouchError('PCH_BUILD_FAILED', `The command '${command}' returned a non-zero code: ${code}`);
    if (/no space left on device/i.test(this.#error))
      return new PouchError('PCH_DISK_FULL', `no space left for BuildKit: ${this.#error}`, {
        hint: 'free space on the disk of pouchd’s root; `pouch builder prune` empties the build cache',
      });
    const [, unknown] = /unknown instruction: (\S+)/.exec(this.#error) ?? [];
    if (unknown !== undefined)
      return new PouchError('PCH_DOCKERFILE_INVALID', `unknown instruction: ${unknown}`, {
        hint: 'correct the Dockerfile',
      });
    return new PouchError('PCH_BUILD_FAILED', this.#error || `buildctl ended with exit code ${exitCode}`);
  }

  #named(text: string): string {
    return text.replace(
      /(?:docker\.io\/library\/(?:sha256@)?)?(sha256:[0-9a-f]{64})(?:@sha256:[0-9a-f]{64})?/g,
      (whole, digest: string) => this.#names.get(digest) ?? whole,
    );
  }
}
