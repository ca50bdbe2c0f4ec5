/** What systemd learns of pouchd (sd_notify(3)), if it has started it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { notifySystemd } from '../../core/host/notify.ts';
import type { Logger } from '../../hooks/defineHook.ts';

/** Milliseconds that units after pouchd wait for what it begins with. */
const longestSettleMs = 5 * 60_000;
/** Between two extensions of the time to start, each of which lasts three times as long. */
const extendEveryMs = 10_000;
const extension = `EXTEND_TIMEOUT_USEC=${extendEveryMs * 3 * 1000}`;

/** Calls back with what is under way; resolves once it is done. */
export type Settle = (report: (status: string) => void) => Promise<void>;

export interface ServiceManagerOptions {
  readonly log: Pick<Logger, 'warn'>;
  /** With NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID of systemd. */
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds; missing: 5 minutes. */
  readonly settleMs?: number;
}

export class ServiceManager {
  readonly #options: ServiceManagerOptions;
  #isReady = false;

  constructor(options: ServiceManagerOptions) {
    this.#options = options;
  }

  /** Reports that the event loop turns, twice in the time that systemd allows. Returns what ends it. */
  startWatchdog(): () => void {
    const { NOTIFY_SOCKET: address, WATCHDOG_USEC: time, WATCHDOG_PID: pid = '' } = this.#options.env;
    const ms = Number(time) / 1000;
    const isOthers = pid !== '' && pid !== String(process.pid);
    if (!address || !(ms > 0) || isOthers) return () => undefined;
    const timer = setInterval(() => this.#send('WATCHDOG=1', { waits: false }), ms / 2).unref();
    return () => clearInterval(timer);
  }

  /** Reports that pouchd is ready once what it begins with is done, or has taken too long. */
  async readyAfter(settle: Settle): Promise<void> {
    const { log, settleMs = longestSettleMs } = this.#options;
    const extend = setInterval(() => this.#send(extension, { waits: false }), extendEveryMs);
    const late = new AbortController();
    this.#send(extension);
    try {
      const isSettled = await Promise.race([
        settle((status) => this.#send(`STATUS=${oneLine(status)}`, { waits: false })).then(() => true),
        sleep(settleMs, false, { signal: late.signal, ref: false }),
      ]);
      if (!isSettled)
        log.warn('pouchd is ready, but the host is not as it is declared: `pouch status` says why');
    } finally {
      clearInterval(extend);
      late.abort();
      this.#isReady = true;
      this.#send('READY=1\nSTATUS=serving');
    }
  }

  /** Reports a reload while it runs. */
  async reloading<T>(reload: () => Promise<T>): Promise<T> {
    if (!this.#isReady) return await reload();
    this.#send(`RELOADING=1\nMONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`);
    try {
      return await reload();
    } finally {
      this.#send('READY=1');
    }
  }

  stopping(): void {
    this.#send('STOPPING=1\nSTATUS=stopping; containers keep running');
  }

  #send(state: string, options?: { waits: boolean }): void {
    const problem = notifySystemd(state, this.#options.env['NOTIFY_SOCKET'], options);
    if (problem) this.#options.log.warn('cannot notify systemd', { state, problem });
  }
}

/** A line break would begin another assignment. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, 500);
}
