/** The log drivers of the plugins, called with deadlines and checked options. */
import type { LogDriver, LoggedContainer, LogLine } from '../../hooks/contributions/logDriver.ts';
import type { ContainerDraft } from '../../hooks/draft.ts';
import { PouchError } from '../../hooks/errors.ts';
import { invalidField } from '../../hooks/invalidField.ts';
import { isLogOption } from '../../hooks/logOptions.ts';
import { logDeadlineMs } from '../contract/driverDeadlines.ts';
import { callWithin, type Contributing, driverOptions, driversByName } from '../plugins/index.ts';

/** The draft of a container, as far as a driver sees it. */
export type LoggedDraft = Pick<ContainerDraft, 'id' | 'name' | 'image' | 'labels' | 'log'>;

/** Every driver by its name. */
export const logDrivers = driversByName('logDriver', (plugin, driver) => new OwnedLogDriver(plugin, driver));

/** A container has lost its driver. */
export function logDriverMissing(driver: string): PouchError {
  return new PouchError('PCH_NOT_FOUND', `no plugin provides the log driver ${driver}`, {
    hint: 'add the plugin to pouchd.yaml again; until then the lines wait in the log of the container',
  });
}

/** A driver, and the plugin that contributes it. */
export class OwnedLogDriver {
  readonly plugin: string;
  readonly #driver: LogDriver;

  constructor(plugin: string, driver: LogDriver) {
    this.plugin = plugin;
    this.#driver = driver;
  }

  get name(): string {
    return this.#driver.name;
  }

  get keepsLog(): boolean {
    return this.#driver.keepsLog ?? true;
  }

  /** Whether lines are written to it. */
  get delivers(): boolean {
    return this.#driver.write !== undefined;
  }

  /** Of the options of the log itself. */
  get defaults(): Readonly<Record<string, string>> {
    return this.#driver.defaults ?? {};
  }

  /** Names of its own options. */
  get options(): string[] {
    return Object.keys(this.#driver.options?.properties ?? {});
  }

  /** @throws PCH_OPTION_INVALID with every mistake in the options, and what the driver refuses with */
  async check(draft: LoggedDraft): Promise<void> {
    const container = this.#containerOf(draft);
    await this.#call('check', undefined, (signal) => this.#driver.check?.(container, { signal }));
  }

  /** Resolves when the driver has the lines. */
  async write(draft: LoggedDraft, lines: readonly LogLine[], signal: AbortSignal): Promise<void> {
    const container = this.#containerOf(draft);
    await this.#call('write', signal, (within) =>
      this.#driver.write?.({ container, lines: structuredClone(lines) }, { signal: within }),
    );
  }

  #containerOf({ id, name, image, labels, log }: LoggedDraft): LoggedContainer {
    const own = Object.fromEntries(Object.entries(log.options).filter(([option]) => !isLogOption(option)));
    const options = driverOptions(this.#driver, own, this.plugin, 'log driver');
    return { id, name, image: image.reference, labels: { ...labels }, options };
  }

  async #call(
    action: 'check' | 'write',
    signal: AbortSignal | undefined,
    run: (signal: AbortSignal) => Promise<void> | void,
  ): Promise<void> {
    const { name } = this.#driver;
    const call = {
      plugin: this.plugin,
      what: `${action} of the log driver ${name}`,
      ms: logDeadlineMs(this.#driver, action),
      signal,
    };
    await callWithin(call, async (within) => run(within));
  }
}

/** @throws PCH_OPTION_INVALID */
export function requestedLogDriver(
  generation: Contributing,
  { driver, options }: ContainerDraft['log'],
): OwnedLogDriver {
  const drivers = logDrivers(generation);
  const found = drivers.get(driver);
  if (!found)
    throw invalidField(
      'log.driver',
      `no log driver is named "${driver}"`,
      `known are ${[...drivers.keys()].sort().join(', ')}`,
    );
  const unknown = Object.keys(options).find((name) => !isLogOption(name) && !found.options.includes(name));
  if (unknown === undefined) return found;
  throw invalidField(
    `log.options["${unknown}"]`,
    `no log option is named "${unknown}"`,
    `known are max-size, max-file and compress${found.options.length > 0 ? `, and of the driver ${driver} ${found.options.join(', ')}` : ''}`,
  );
}
