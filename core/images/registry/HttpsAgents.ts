import { createHash } from 'node:crypto';
import https from 'node:https';
import { createSecureContext } from 'node:tls';
import type { RegistryTrust } from './trust.ts';

/** How the server of a request is verified. */
export interface Verification {
  readonly verifyTls: boolean;
  /** Missing: by the certificates that the host trusts. */
  readonly trust?: RegistryTrust | undefined;
}

/** Agents of HTTPS: one per way to verify servers, so that no connection serves another one. */
export class HttpsAgents {
  readonly #options: https.AgentOptions;
  readonly #agents = new Map<string, https.Agent>();

  constructor(options: https.AgentOptions) {
    this.#options = options;
  }

  /** Certificates of clients are for servers of the registry's host name, and not for those that it redirects to. */
  for({ hostname }: URL, { verifyTls, trust }: Verification): https.Agent {
    const cas = verifyTls ? (trust?.cas ?? []) : [];
    const clients = trust?.hostname === hostname ? trust.clients : [];
    const key = createHash('sha256')
      .update(JSON.stringify([verifyTls, cas, clients]))
      .digest('hex');
    const agent = this.#agents.get(key) ?? this.#newAgent({ verifyTls, cas, clients });
    this.#agents.set(key, agent);
    return agent;
  }

  /** Closes the idle connections. */
  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
  }

  #newAgent({ verifyTls, cas, clients }: Pick<RegistryTrust, 'cas' | 'clients'> & { verifyTls: boolean }) {
    const isPlain = cas.length + clients.length === 0;
    return new https.Agent({
      ...this.#options,
      rejectUnauthorized: verifyTls,
      ...(!isPlain && { secureContext: contextOf(cas, clients) }),
    });
  }
}

/** The option `ca` would take the place of the certificates that the host trusts; this adds to them. */
function contextOf(cas: RegistryTrust['cas'], clients: RegistryTrust['clients']) {
  const secure = createSecureContext({
    ...(clients.length > 0 && {
      cert: clients.map(({ certificate }) => certificate),
      key: clients.map(({ key }) => key),
    }),
  });
  const { addCACert } = secure.context as { addCACert(pem: string): void };
  for (const ca of cas) addCACert.call(secure.context, ca);
  return secure;
}
