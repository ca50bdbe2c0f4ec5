import type { Logger } from '../../hooks/defineHook.ts';
import { EntryServer } from '../entries/EntryServer.ts';
import { nameServerFailed } from './failed.ts';
import { type NameEntry, protocolVersion, resolverSocket } from './protocol.ts';
import { ResolverConnection } from './ResolverConnection.ts';

export interface NameServerOptions {
  /** STATE/dns. */
  directory: string;
  /** argv of the resolver without the directory. The first is an absolute path. */
  command: readonly string[];
  log: Logger;
}

/** The resolver: names resolve in a container, and its own do in others, once its entry is set. */
export class NameServer extends EntryServer<NameEntry> {
  constructor({ directory, command, log }: NameServerOptions) {
    super({
      name: 'resolver',
      directory,
      files: 'dns',
      command,
      fingerprint: `protocol ${protocolVersion}`,
      log,
      connect: () => ResolverConnection.open(resolverSocket(directory)),
      failed: nameServerFailed,
      // The resolver tries again by itself.
      unset: 'names do not resolve in a container',
    });
  }
}
