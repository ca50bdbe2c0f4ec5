import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../../core/wait/waitUntil.ts';
import { type StartOptions, TestPouchd } from '../../support/TestPouchd.ts';
import { Bystanders } from './Bystanders.ts';
import { Downtimes } from './Downtimes.ts';
import { stepsOfLedger } from './ledgerSteps.ts';
import { Watch } from './Watch.ts';

const megabyte = 1 << 20;
const rootSize = 256 * megabyte;
/** The daemon's deadline for looks at files of others: longer than a busy host needs for a worker. */
export const filesTimeoutMs = 4_000;

/** A real pouchd with bystanders, watched all the time, that faults may end and start again. */
export class Lab {
  readonly pouchd: TestPouchd;
  readonly downtimes = new Downtimes();
  readonly bystanders: Bystanders;
  readonly watch: Watch;
  /** Steps of the ledger at which the daemon can be killed: `before:start:task`. */
  readonly steps: readonly string[];
  /** What it has on the host without any container but the bystanders. */
  readonly atFirst: ReadonlySet<string>;
  /** What known defects have left in earlier rounds: lines of the inventory. */
  readonly knownOrphans = new Set<string>();
  readonly #failpointFile: string;
  #serves = true;

  private constructor(
    parts: Pick<Lab, 'pouchd' | 'bystanders' | 'steps' | 'atFirst'> & { failpointFile: string },
  ) {
    this.pouchd = parts.pouchd;
    this.bystanders = parts.bystanders;
    this.steps = parts.steps;
    this.atFirst = parts.atFirst;
    this.#failpointFile = parts.failpointFile;
    this.watch = new Watch(join(this.pouchd.state, 'pouchd.sock'), () => this.pouchd.pid);
  }

  static async open(): Promise<Lab> {
    const pouchd = await TestPouchd.create({
      disks: { root: rootSize },
      yaml: `files: { timeout: ${filesTimeoutMs}ms }\n`,
    });
    try {
      const failpointFile = join(pouchd.dir, 'failpoint');
      await writeFile(failpointFile, 'trace');
      await pouchd.restart({ failpoint: `@${failpointFile}` });
      const steps = await stepsOfLedger(pouchd);
      await rm(failpointFile);
      const bystanders = await Bystanders.start(pouchd);
      await pouchd.unexplained(bystanders.ids);
      const atFirst = await pouchd.inventory();
      return new Lab({ pouchd, bystanders, steps, atFirst, failpointFile });
    } catch (error) {
      await pouchd.dispose();
      throw error;
    }
  }

  /** Ends it and removes all that it has on the host. */
  async close(): Promise<void> {
    await this.watch.close();
    this.bystanders.close();
    await this.pouchd.dispose();
  }

  /** All that it has on the host but known orphans, one line each. */
  async inventory(): Promise<string[]> {
    return [...(await this.pouchd.inventory())].filter((line) => !this.knownOrphans.has(line));
  }

  /** Whether requests make sense now: clients wait until then. */
  async serves(): Promise<void> {
    await waitUntil(() => this.#serves, { withinMs: 60_000 });
  }

  /** The daemon is killed, `meanwhile` happens, and it is started again. */
  async downtime(meanwhile: () => Promise<void>, options: StartOptions = {}): Promise<void> {
    this.downtimes.begin();
    this.#serves = false;
    await this.pouchd.kill9();
    await meanwhile();
    await this.#startAgain(options);
  }

  /** While `work` runs, the daemon may fail to respond. */
  async whileUnreliable(work: () => Promise<void>): Promise<void> {
    this.downtimes.begin();
    try {
      await work();
    } finally {
      this.downtimes.end();
    }
  }

  /** The same for one that ends by SIGTERM. */
  async restart(meanwhile: () => Promise<void>, options: StartOptions = {}): Promise<void> {
    this.downtimes.begin();
    this.#serves = false;
    await this.pouchd.stop();
    await meanwhile();
    await this.#startAgain(options);
  }

  /**
   * Has the daemon die at a step of the ledger, if it comes to it in time, and starts it again.
   * @returns whether it has died
   */
  async dieAt(step: string, withinMs: number): Promise<boolean> {
    this.downtimes.begin();
    await writeFile(this.#failpointFile, step);
    const hasDied = await waitUntil(() => !this.pouchd.isRunning, { withinMs, everyMs: 5 });
    this.#serves = !hasDied;
    await rm(this.#failpointFile);
    if (!hasDied && this.pouchd.isRunning) this.downtimes.end();
    else {
      await this.pouchd.ended();
      await this.#startAgain();
    }
    return hasDied;
  }

  async #startAgain(options: StartOptions = {}): Promise<void> {
    await this.pouchd.start({ failpoint: `@${this.#failpointFile}`, ...options });
    this.#serves = true;
    this.downtimes.end();
  }
}
