import { VersionService, type VersionResponse } from '../gen/services/version.ts';
import type { CallOptions, Rpc } from '../rpc/Rpc.ts';

export type Version = VersionResponse;

/** Reads containerd's version. */
export class VersionClient {
  readonly #rpc: Rpc;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  /** E.g. `{ version: "1.6.20~ds1", revision: "…" }`. */
  get(options?: CallOptions): Promise<Version> {
    return this.#rpc.unary(VersionService.version, {}, options);
  }
}
