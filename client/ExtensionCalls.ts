import type { Transport } from './Transport.ts';
import type { DoctorReportWire, VerbMessage, VerbRequest, VerbWire } from './wire.ts';

/** Calls of what plugins contribute, which only pouchd has. */
export class ExtensionCalls {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  verbs(signal?: AbortSignal): Promise<VerbWire[]> {
    return this.#transport.json('GET', '/pouch/verbs', signal && { signal });
  }

  /** Runs a verb; ending the iteration cancels it. */
  runVerb(name: string, body: VerbRequest): Promise<AsyncGenerator<VerbMessage>> {
    return this.#transport.lines('POST', `/pouch/verbs/${encodeURIComponent(name)}`, { body });
  }

  /** Returns what the checks of plugins have found on the host. */
  doctor(): Promise<DoctorReportWire[]> {
    return this.#transport.json('GET', '/pouch/doctor');
  }
}
