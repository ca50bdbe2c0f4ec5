import type { ContainerRecord, Containers, Events, Execs, Logger } from 'pouch/hooks';

export interface HealthOptions {
  /** Label with the path of the pid file. */
  pidfile: string;
  failures: number;
  restart: boolean;
}

interface Services {
  containers: Pick<Containers, 'list' | 'restart'>;
  events: Pick<Events, 'emit'>;
  execs: Pick<Execs, 'create' | 'start'>;
}

/** Whether the process exists whose number is in a pid file: as a script in the container, which prints it. */
const script = 'read pid <"$1" && kill -0 "$pid" && echo alive || echo dead';
const deadlineMs = 5_000;

/** Watches the pid files of running containers, and reports when the health of one changes. */
export class Health {
  readonly #services: Services;
  readonly #options: HealthOptions;
  readonly #log: Pick<Logger, 'warn' | 'info'>;
  /** Failed checks in a row, by container. */
  readonly #failed = new Map<string, number>();
  readonly #unhealthy = new Set<string>();
  #isChecking = false;

  constructor(services: Services, options: HealthOptions, log: Pick<Logger, 'warn' | 'info'>) {
    this.#services = services;
    this.#options = options;
    this.#log = log;
  }

  /** Checks all containers once; does nothing while an earlier check runs. */
  async check(): Promise<void> {
    if (this.#isChecking) return;
    this.#isChecking = true;
    try {
      const running = this.#watched();
      for (const id of this.#failed.keys()) if (!running.some((one) => one.id === id)) this.#forget(id);
      await Promise.all(running.map((container) => this.#checkOne(container)));
    } finally {
      this.#isChecking = false;
    }
  }

  #forget(id: string): void {
    this.#failed.delete(id);
    this.#unhealthy.delete(id);
  }

  #watched(): ContainerRecord[] {
    const { pidfile } = this.#options;
    try {
      return this.#services.containers
        .list()
        .filter(({ draft, state }) => state.status === 'running' && draft.labels[pidfile] !== undefined);
    } catch {
      // pouchd does not serve yet, or no more.
      return [];
    }
  }

  async #checkOne(container: ContainerRecord): Promise<void> {
    const { id } = container;
    const isAlive = await this.#isAlive(container);
    const failed = isAlive ? 0 : (this.#failed.get(id) ?? 0) + 1;
    this.#failed.set(id, failed);
    if (isAlive && this.#unhealthy.delete(id)) this.#report(container, 'healthy');
    if (failed !== this.#options.failures) return;
    this.#unhealthy.add(id);
    this.#report(container, 'unhealthy');
    if (this.#options.restart) await this.#restart(container);
  }

  async #isAlive({ id, draft }: ContainerRecord): Promise<boolean> {
    const path = draft.labels[this.#options.pidfile] ?? '';
    try {
      return await within(deadlineMs, this.#run(id, ['sh', '-c', script, 'sh', path]));
    } catch {
      return false;
    }
  }

  async #run(id: string, args: string[]): Promise<boolean> {
    const { execs } = this.#services;
    const exec = await execs.create(id, { args, user: '0', stdout: true });
    const run = await execs.start(exec, { detached: false });
    let output = '';
    for await (const { data } of run?.attachment.output ?? []) output += data.toString();
    return output.trim() === 'alive';
  }

  #report({ id, draft }: ContainerRecord, health: 'healthy' | 'unhealthy'): void {
    const { name, image, labels } = draft;
    const attributes = { name, image: image.reference, pidfile: labels[this.#options.pidfile] ?? '' };
    this.#log[health === 'healthy' ? 'info' : 'warn'](`container ${name} is ${health}`, { container: id });
    this.#services.events.emit({ type: 'container', action: `health_status: ${health}`, id, attributes });
  }

  async #restart({ id, draft }: ContainerRecord): Promise<void> {
    // It has as many checks again.
    this.#failed.set(id, 0);
    try {
      await this.#services.containers.restart(id);
    } catch (error) {
      this.#log.warn(`container ${draft.name} cannot be restarted`, { container: id, error: String(error) });
    }
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('late')), ms);
  });
  return await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
