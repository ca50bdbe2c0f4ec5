import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Operation, operationOf } from '../../../scripts/engine-api-docs/operations.ts';
import { DockerPlugin } from '../../support/DockerPlugin.ts';
import { problemsOf } from './responseSchemas.ts';

/** A request, as an authorization plugin sees it. */
interface Asked {
  RequestMethod: string;
  RequestUri: string;
  ResponseStatusCode?: number;
  ResponseBody?: string;
}

/**
 * Notes which operations of the Engine API a client uses, and checks the responses against the API's schemas. It is an
 * authorization plugin of pouchd that allows everything.
 */
export class Recorder {
  /** Only while the client's tests run: their set-up and clean-up use the API, too. */
  isOn = false;
  readonly used = new Set<string>();
  /** What does not fit a schema. */
  readonly problems = new Set<string>();
  readonly #directory: string;
  readonly #plugin = new DockerPlugin('authz', (_method, asked) => {
    this.#note(asked as Asked);
    return { Allow: true };
  });

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async start(): Promise<Recorder> {
    const recorder = new Recorder(await mkdtemp(join(tmpdir(), 'pouch-recorder-')));
    await recorder.#plugin.listen(recorder.#socket);
    return recorder;
  }

  get #socket(): string {
    return join(this.#directory, 'authz.sock');
  }

  /** Lines of pouchd.yaml. */
  get yaml(): string {
    return `authorization: { plugins: ['unix://${this.#socket}'] }\n`;
  }

  async stop(): Promise<void> {
    await this.#plugin.close();
    await rm(this.#directory, { recursive: true, force: true });
  }

  #note({ RequestMethod, RequestUri, ResponseStatusCode: status, ResponseBody }: Asked): void {
    const path = (RequestUri.split('?')[0] ?? '').replace(/^\/v\d+\.\d+/, '');
    const operation = operationOf(RequestMethod, decodeURIComponent(path));
    if (!operation || !this.isOn) return;
    this.used.add(nameOf(operation));
    if (status === undefined) return;
    const body = Buffer.from(ResponseBody ?? '', 'base64').toString();
    for (const problem of problemsOf(nameOf(operation), status, body))
      this.problems.add(`${nameOf(operation)} ${status}: ${problem}`);
  }
}

function nameOf({ method, path }: Operation): string {
  return `${method} ${path}`;
}
