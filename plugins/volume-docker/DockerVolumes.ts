import { type Logger, messageOf, PouchError } from '../../hooks/index.ts';
import { DockerPlugins } from '../../translate/dockerPlugins/DockerPlugins.ts';
import { pluginSocket } from '../../translate/dockerPlugins/pluginSocket.ts';

/** Milliseconds of one call; it may create a file system on a server. */
const timeoutMs = 50_000;
/** Of a look at a volume. */
const lookTimeoutMs = 1500;

/** A volume plugin of Docker. */
export class DockerVolumes {
  readonly #plugins = new DockerPlugins('VolumeDriver');
  readonly #driver: string;
  readonly #address: string;
  readonly #log: Logger;

  /** @param address of its socket, `unix:///PATH`, or its name */
  constructor(driver: string, address: string, log: Logger) {
    this.#driver = driver;
    this.#address = address;
    this.#log = log;
  }

  /** @throws PCH_VOLUME_DRIVER_FAILED for a plugin that has no socket, before anything is created */
  async checkSocket(): Promise<void> {
    await pluginSocket(this.#address).catch((error: unknown) => {
      throw this.#failure('Create', messageOf(error), error);
    });
  }

  /** It exists already after a create that was cut off. */
  async create(name: string, options: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#call('Create', { Name: name, Opts: options });
  }

  /** Succeeds if the plugin has no such volume. */
  async remove(name: string): Promise<void> {
    try {
      await this.#call('Remove', { Name: name });
    } catch (error) {
      if (await this.#has(name)) throw error;
    }
  }

  /** @returns where the data is on the host */
  async mount(name: string, id: string): Promise<string> {
    const { Mountpoint } = await this.#call('Mount', { Name: name, ID: id });
    if (typeof Mountpoint === 'string' && Mountpoint.startsWith('/')) return Mountpoint;
    const found = JSON.stringify(Mountpoint) ?? 'none';
    throw this.#failure('Mount', `expected an absolute Mountpoint, found ${found}`);
  }

  /**
   * An error that the plugin reports is only logged, as dockerd does: an unmount that was cut off is repeated, which
   * plugins report as an error. @throws PCH_VOLUME_DRIVER_FAILED if it does not respond
   */
  async unmount(name: string, id: string): Promise<void> {
    const problem = errorOf(await this.#responded('Unmount', { Name: name, ID: id }));
    const of = { driver: this.#driver, volume: name, error: problem };
    if (problem !== undefined) this.#log.warn('a volume plugin reports an error of an unmount', of);
  }

  /** What the plugin says about a volume: texts, numbers and truths. */
  async status(name: string): Promise<Record<string, string | number | boolean>> {
    const { Volume } = await this.#call('Get', { Name: name }, lookTimeoutMs);
    const { Status } = (Volume ?? {}) as { Status?: Record<string, unknown> };
    const plain = Object.entries(Status ?? {}).filter((entry): entry is [string, string | number | boolean] =>
      ['string', 'number', 'boolean'].includes(typeof entry[1]),
    );
    return Object.fromEntries(plain);
  }

  /** True also if that cannot be known. */
  async #has(name: string): Promise<boolean> {
    const found = await this.#raw('Get', { Name: name }, lookTimeoutMs).catch(() => undefined);
    return found === undefined || errorOf(found) === undefined;
  }

  async #call(method: string, body: object, timeout = timeoutMs): Promise<Record<string, unknown>> {
    const response = await this.#responded(method, body, timeout);
    const problem = errorOf(response);
    if (problem !== undefined) throw this.#failure(method, problem);
    return response;
  }

  async #responded(method: string, body: object, timeout = timeoutMs): Promise<Record<string, unknown>> {
    return await this.#raw(method, body, timeout).catch((error: unknown) => {
      throw this.#failure(method, messageOf(error), error);
    });
  }

  #raw(method: string, body: object, timeout: number): Promise<Record<string, unknown>> {
    return this.#plugins.call(this.#address, { method: `VolumeDriver.${method}`, timeout }, body);
  }

  #failure(method: string, problem: string, cause?: unknown): PouchError {
    const message = `VolumeDriver.${method} of ${this.#driver}: ${problem}`;
    return new PouchError('PCH_VOLUME_DRIVER_FAILED', message, {
      hint: 'the log of the volume plugin may have more; try again once it works',
      cause,
    });
  }
}

function errorOf({ Err }: Record<string, unknown>): string | undefined {
  return typeof Err === 'string' && Err !== '' ? Err : undefined;
}
