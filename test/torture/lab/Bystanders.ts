import type { ContainerCreateRequest } from '../../../client/index.ts';
import { waitUntil } from '../../../core/wait/waitUntil.ts';
import { identityOf } from '../../support/host/inventory.ts';
import { freePort } from '../../support/freePort.ts';
import type { TestPouchd } from '../../support/TestPouchd.ts';
import { readLog } from '../load/streams.ts';
import { type Look, touched } from '../oracles/touched.ts';
import type { Violation } from '../oracles/violation.ts';
import { evidenceOfEnd } from './evidenceOfEnd.ts';
import { EchoStream } from './EchoStream.ts';

const count = 'i=0; while :; do echo $i; i=$((i+1)); sleep 0.05; done';
const echo = ['nc', '-ll', '-p', '80', '-e', 'cat'];
/** Seconds: no line is read twice because the clock of the log and ours differ. */
const overlap = 2;

interface Bystander {
  name: string;
  id: string;
  last: Look;
  /** Unix seconds of the last look. */
  since: number;
}

/** Containers that no client and no fault touches. */
export class Bystanders {
  readonly #pouchd: TestPouchd;
  readonly #all: Bystander[] = [];
  #stream: EchoStream | undefined;

  private constructor(pouchd: TestPouchd) {
    this.#pouchd = pouchd;
  }

  static async start(pouchd: TestPouchd): Promise<Bystanders> {
    const bystanders = new Bystanders(pouchd);
    const port = await freePort();
    await bystanders.#add('counter', { Cmd: ['sh', '-c', count], Volumes: { '/data': {} } });
    await bystanders.#add('echo', {
      Cmd: echo,
      HostConfig: { PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: String(port) }] } },
    });
    await bystanders.#add('quiet', { Cmd: ['sleep', '100000'], HostConfig: { NetworkMode: 'none' } });
    bystanders.#stream = await EchoStream.open(port);
    return bystanders;
  }

  get ids(): string[] {
    return this.#all.map(({ id }) => id);
  }

  /** Oracle 3 since the last check. */
  async check(): Promise<Violation[]> {
    const found: Violation[] = [];
    for (const one of this.#all) {
      const now = await this.#look(one);
      const wrongs = touched(one.last, now);
      if (wrongs.length > 0) wrongs.push(await this.#evidence(one));
      found.push(...wrongs);
      one.last = now;
    }
    return found;
  }

  close(): void {
    this.#stream?.close();
  }

  async #add(name: string, body: ContainerCreateRequest): Promise<void> {
    const id = await this.#pouchd.runContainer(body, `bystander-${name}`);
    await this.#hasBecomeItself(id);
    const one: Bystander = { name, id, since: 0, last: { name, status: 'running', identity: '' } };
    one.last = { ...(await this.#look({ ...one })), ...(name === 'counter' && { log: [] }) };
    this.#all.push(one);
  }

  /** The runtime returns before its process has become the command; both are one process to its identity. */
  async #hasBecomeItself(id: string): Promise<void> {
    await waitUntil(async () => (await this.#pouchd.inspect(id))?.State.Pid !== 0, { withinMs: 5_000 });
  }

  async #look(one: Bystander): Promise<Look> {
    const found = await this.#pouchd.inspect(one.id);
    const { Status = 'gone', ExitCode = 0, FinishedAt = '' } = found?.State ?? {};
    const status = Status === 'exited' ? `exited with ${ExitCode} at ${FinishedAt}` : Status;
    const identity = found?.State.Pid ? identityIfAlive(found.State.Pid) : 'none';
    const look: Look = { name: one.name, status, identity };
    if (one.name === 'echo' && this.#stream) look.stream = await this.#stream.look();
    if (one.name === 'counter' && one.last.identity !== '') look.log = await this.#newLines(one);
    return look;
  }

  async #evidence({ name, id }: Bystander): Promise<Violation> {
    const lines = [
      `bystander ${name}, what is known of its end:`,
      ...(await evidenceOfEnd(this.#pouchd, id)),
    ];
    return { oracle: 'bystanders are untouched', evidence: lines.join('\n    ') };
  }

  async #newLines(one: Bystander): Promise<string[]> {
    const began = Date.now() / 1000 - overlap;
    const since = one.since === 0 ? {} : { since: String(one.since) };
    const lines = (await readLog(this.#pouchd.client, one.id, since)).split('\n').slice(0, -1);
    const last = one.last.log?.at(-1);
    one.since = began;
    return last === undefined ? lines : lines.slice(lines.indexOf(last));
  }
}

function identityIfAlive(pid: number): string {
  try {
    return identityOf(pid);
  } catch {
    return `${pid}, which has ended`;
  }
}
