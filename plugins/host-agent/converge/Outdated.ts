/** Which declared containers were planned with other plugins or settings of pouchd.yaml than those in force. */
import PQueue from 'p-queue';
import { type ContainerRecord, type Logger, messageOf, type PlanChange } from '../../../hooks/index.ts';
import { digestOf } from '../declare/digestOf.ts';
import type { BasisFile } from '../history/BasisFile.ts';
import type { AgentContext } from './agentContext.ts';

interface OutdatedOptions {
  readonly containers: Pick<AgentContext['containers'], 'outdated' | 'planBasis'>;
  readonly file: BasisFile;
  readonly log: Pick<Logger, 'warn'>;
  readonly key: string;
}

interface Comparison {
  /** Of what it depends on. */
  readonly digest: string;
  /** Undefined: it has failed. */
  readonly changes: readonly PlanChange[] | undefined;
}

/** Containers that are planned side by side. */
const atOnce = 4;

/** The basis of containers that were planned with several. */
const mixed = '';

/**
 * Planning a container costs milliseconds, so that they are compared only after plugins or settings have changed, each
 * once. The file has the basis of which no container differs.
 */
export class Outdated {
  readonly #options: OutdatedOptions;
  #comparisons = new Map<string, Comparison>();
  /** Of which no container differs, or `mixed`; undefined before the file was read. */
  #settled: string | undefined;
  /** What the file has. */
  #noted: string | undefined;

  constructor(options: OutdatedOptions) {
    this.#options = options;
  }

  /** What a new plan changes in each of these containers, by id; those that are up to date are left out. */
  async changesOf(records: readonly ContainerRecord[]): Promise<Map<string, readonly PlanChange[]>> {
    const { containers, file } = this.#options;
    const basis = containers.planBasis();
    this.#noted ??= await file.read();
    // Without a file they are taken to be up to date: an older pouchd has not noted it.
    this.#settled ??= this.#noted ?? basis;
    if (this.#settled === basis) return new Map();
    // Containers that are made now have this basis: the settled one is another one to them, if it comes back.
    this.#settled = mixed;
    const queue = new PQueue({ concurrency: atOnce });
    const compared = await queue.addAll(
      records.map((record) => async () => [record.id, await this.#compare(record, basis)] as const),
    );
    this.#comparisons = new Map(compared);
    if (compared.every(([, { changes }]) => changes?.length === 0)) this.#settled = basis;
    return new Map(compared.flatMap(([id, { changes = [] }]) => (changes.length > 0 ? [[id, changes]] : [])));
  }

  /** Notes for the next pouchd of what no container differs. Comparisons that have failed are made again. */
  async note(): Promise<void> {
    for (const [id, { changes }] of this.#comparisons) if (!changes) this.#comparisons.delete(id);
    if (this.#settled === undefined || this.#noted === this.#settled) return;
    await this.#options.file.write(this.#settled);
    this.#noted = this.#settled;
  }

  async #compare(record: ContainerRecord, basis: string): Promise<Comparison> {
    const { containers, log, key } = this.#options;
    const { id, name, request, draft, degraded } = record;
    const digest = `${basis} ${digestOf([request, draft, degraded], key)}`;
    const known = this.#comparisons.get(id);
    if (known?.digest === digest) return known;
    try {
      return { digest, changes: await containers.outdated(id) };
    } catch (error) {
      log.warn('a declared container cannot be compared with what plugins add to it now', {
        container: name,
        error: messageOf(error),
      });
      return { digest, changes: undefined };
    }
  }
}
