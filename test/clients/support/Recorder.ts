import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Operation, operationOf } from '../../../scripts/engine-api-docs/operations.ts';
import { DockerPlugin } from '../../support/DockerPlugin.ts';
import { requestProblems } from './requestSchemas.ts';
import { problemsOf } from './responseSchemas.ts';

/** A request, as an authorization plugin sees it. */
interface Asked {
  RequestMethod: string;
  RequestUri: string;
  RequestBody?: string;
  ResponseStatusCode?: number;
  ResponseBody?: string;
}

/**
 * Notes which operations of the Engine API a client uses, and checks requests and responses against the API's
 * schemas. It is an authorization plugin of pouchd that allows everything.
 */
export class Recorder {
  /** Only while the client's tests run: their set-up and clean-up use the API, too. */
  isOn = false;
  readonly used = new Set<string>();
  readonly #problems = new Set<string>();
  /** What is wrong with requests whose responses are not seen yet. */
  readonly #unanswered = new Map<string, string[]>();
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

  /** What does not fit a schema. */
  get problems(): ReadonlySet<string> {
    return new Set([...this.#problems, ...[...this.#unanswered.values()].flat()]);
  }

  /** Lines of pouchd.yaml. */
  get yaml(): string {
    return `authorization: { plugins: ['unix://${this.#socket}'] }\n`;
  }

  async stop(): Promise<void> {
    await this.#plugin.close();
    await rm(this.#directory, { recursive: true, force: true });
  }

  #named(operation: Operation, problems: readonly string[]): string[] {
    return problems.map((problem) => `${nameOf(operation)}: the request: ${problem}`);
  }

  #note({ RequestMethod, RequestUri, RequestBody, ResponseStatusCode: status, ResponseBody }: Asked): void {
    const path = (RequestUri.split('?')[0] ?? '').replace(/^\/v\d+\.\d+/, '');
    const operation = operationOf(RequestMethod, decodeURIComponent(path));
    if (!operation || !this.isOn) return;
    this.used.add(nameOf(operation));
    const request = `${RequestMethod} ${RequestUri} ${RequestBody ?? ''}`;
    const found = requestProblems(nameOf(operation), RequestUri, decoded(RequestBody));
    if (status === undefined) return void this.#unanswered.set(request, this.#named(operation, found));
    this.#unanswered.delete(request);
    // A request that is refused may be wrong on purpose.
    if (status < 400) for (const problem of this.#named(operation, found)) this.#problems.add(problem);
    // Of a response that is a stream, a plugin sees only how it begins.
    if (ResponseBody === undefined) return;
    for (const problem of problemsOf(nameOf(operation), status, decoded(ResponseBody)))
      this.#problems.add(`${nameOf(operation)} ${status}: ${problem}`);
  }
}

function decoded(body = ''): string {
  return Buffer.from(body, 'base64').toString();
}

function nameOf({ method, path }: Operation): string {
  return `${method} ${path}`;
}
