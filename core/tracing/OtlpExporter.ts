import type { Logger } from '../../hooks/defineHook.ts';
import { messageOf } from '../../hooks/errors.ts';
import type { TracedOperation } from '../plugins/index.ts';
import { exportRequest, type OtlpSpan, spansOf } from './otlp.ts';

interface ExporterOptions {
  /** The text without values of secrets. */
  readonly hide: (text: string) => string;
  readonly log: Logger;
}

/** Spans that wait. More are dropped. */
const mostWaiting = 2048;
/** Spans of one request. */
const mostInBatch = 512;
/** Milliseconds that spans wait for others. */
const batchMs = 1000;
/** Milliseconds for a collector to reply. */
const deadlineMs = 5000;
/** Milliseconds between two reports of spans that were dropped. */
const reportMs = 60_000;

/** Sends spans to a collector by OTLP/HTTP with JSON, in batches one after another. What it refuses is dropped. */
export class OtlpExporter {
  readonly #options: ExporterOptions;
  #waiting: OtlpSpan[] = [];
  #endpoint = '';
  #timer: NodeJS.Timeout | undefined;
  #sent: Promise<void> = Promise.resolve();
  #dropped = 0;
  #lastError = '';
  /** By performance.now(). */
  #nextReport = 0;

  constructor(options: ExporterOptions) {
    this.#options = options;
  }

  add(operation: TracedOperation, endpoint: string): void {
    this.#endpoint = endpoint;
    const spans = spansOf(operation, this.#options.hide);
    const room = mostWaiting - this.#waiting.length;
    this.#waiting.push(...spans.slice(0, room));
    if (spans.length > room) this.#drop(spans.length - room, `more than ${mostWaiting} spans wait`);
    this.#timer ??= setTimeout(() => void this.flush(), batchMs).unref();
  }

  /** Resolves when all that waits is sent, or dropped. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return (this.#sent = this.#sent.then(() => this.#sendAll()));
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, mostInBatch);
      await this.#send(batch).catch((error: unknown) => this.#drop(batch.length, reasonOf(error)));
    }
    this.#report();
  }

  async #send(batch: readonly OtlpSpan[]): Promise<void> {
    const response = await fetch(tracesUrl(this.#endpoint), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(exportRequest(batch)),
      redirect: 'error',
      signal: AbortSignal.timeout(deadlineMs),
    });
    // It is not read: a collector may send any amount.
    await response.body?.cancel();
    if (!response.ok) throw new Error(`it replied with status ${response.status}`);
  }

  #drop(count: number, reason: string): void {
    this.#dropped += count;
    this.#lastError = reason;
  }

  #report(): void {
    if (this.#dropped === 0 || performance.now() < this.#nextReport) return;
    this.#options.log.warn('spans were dropped: check the collector of tracing.endpoint in pouchd.yaml', {
      endpoint: this.#endpoint,
      spans: this.#dropped,
      error: this.#lastError,
    });
    this.#dropped = 0;
    this.#nextReport = performance.now() + reportMs;
  }
}

/** The path of traces below the base URL of a collector. */
function tracesUrl(endpoint: string): string {
  return `${endpoint.replace(/\/+$/, '')}/v1/traces`;
}

/** fetch has the reason in `cause`. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  return messageOf(cause ?? error);
}
