import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from '../../hooks/defineHook.ts';
import { EntryServer } from '../entries/EntryServer.ts';
import { proxyFailed } from './failed.ts';
import type { ProxyEntry } from './proxyEntry.ts';
import { ProxyConnection } from './ProxyConnection.ts';

/** Another one: a proxy that is running is replaced. */
const protocolVersion = 1;

export interface PortProxyOptions {
  /** STATE/ports. */
  directory: string;
  /** Path of `pouch-proxy`. */
  program: string;
  log: Logger;
}

/** Copies between ports of the host and containers, where no rule of the kernel forwards. */
export class PortProxy extends EntryServer<ProxyEntry> {
  /** A build without a C compiler has none. */
  readonly isBuilt: boolean;

  constructor({ directory, program, log }: PortProxyOptions) {
    super({
      name: 'port proxy',
      directory,
      files: 'proxy',
      command: [program],
      fingerprint: `protocol ${protocolVersion}`,
      log,
      connect: () => ProxyConnection.open(join(directory, 'proxy.sock')),
      failed: proxyFailed,
      unset: 'a published port is not listened on',
      // The next start of the container finds its port taken otherwise.
      dropsUnknown: true,
    });
    this.isBuilt = existsSync(program);
  }
}
