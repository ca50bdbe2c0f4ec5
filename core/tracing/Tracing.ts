import type { Logger } from '../../hooks/defineHook.ts';
import type { TracedOperation } from '../plugins/index.ts';
import { happensWithin } from '../wait/deadline.ts';
import type { OtlpExporter } from './OtlpExporter.ts';

interface TracingOptions {
  /** `tracing.endpoint` as it is now; null: nothing is sent. */
  readonly endpoint: () => string | null;
  /** The text without values of secrets. */
  readonly hide: (text: string) => string;
  readonly log: Logger;
}

/** Milliseconds that the end of pouchd waits for the last spans. */
const flushMs = 1000;

/** Sends operations and their taps to the collector of pouchd.yaml. The exporter is loaded with the first of them. */
export class Tracing {
  readonly #options: TracingOptions;
  #exporter: Promise<OtlpExporter> | undefined;

  constructor(options: TracingOptions) {
    this.#options = options;
  }

  add(operation: TracedOperation): void {
    const endpoint = this.#options.endpoint();
    if (endpoint === null) return;
    this.#exporter ??= this.#load();
    void this.#exporter.then((exporter) => exporter.add(operation, endpoint));
  }

  /** Sends what waits. */
  async end(): Promise<void> {
    const flushed = this.#exporter?.then((exporter) => exporter.flush());
    if (flushed) await happensWithin(flushed, flushMs);
  }

  async #load(): Promise<OtlpExporter> {
    const { OtlpExporter: Exporter } = await import('./OtlpExporter.ts');
    const { hide, log } = this.#options;
    return new Exporter({ hide, log });
  }
}
