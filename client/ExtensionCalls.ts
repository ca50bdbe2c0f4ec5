import type { IncomingMessage } from 'node:http';
import type { Transport } from './Transport.ts';
import type { ConsolePageWire, DoctorReportWire, VerbMessage, VerbRequest, VerbWire } from './wire.ts';

/** Calls of what plugins contribute, which only pouchd has. */
export class ExtensionCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Every verb of the daemon's plugins. */
  verbs(signal?: AbortSignal): Promise<VerbWire[]> {
    return this.#transport.json('GET', '/pouch/verbs', signal && { signal });
  }

  /** Runs a verb; ending the iteration cancels it. */
  runVerb(name: string, body: VerbRequest): Promise<AsyncGenerator<VerbMessage>> {
    return this.#transport.lines('POST', `/pouch/verbs/${encodeURIComponent(name)}`, { body });
  }

  /** Returns the pages of the web console. */
  consolePages(): Promise<ConsolePageWire[]> {
    return this.#transport.json('GET', '/pouch/console', { query: { format: 'json' } });
  }

  /**
   * Resolves to the response for a document of the console, whatever its status; the caller reads the body.
   * @param path with its query: `/pouch/console/PLUGIN/PAGE?…`
   */
  consoleDocument(path: string, accept: string, signal: AbortSignal): Promise<IncomingMessage> {
    return this.#transport.exchange('GET', path, { headers: { accept }, signal });
  }

  /** Returns what the checks of plugins have found on the host. */
  doctor(): Promise<DoctorReportWire[]> {
    return this.#transport.json('GET', '/pouch/doctor');
  }
}
