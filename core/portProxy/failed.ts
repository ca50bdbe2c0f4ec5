import { PouchError } from '../../hooks/errors.ts';

export function proxyFailed(what: string, reason: string): PouchError {
  return new PouchError('PCH_PORT_PROXY', `the proxy of published ports failed to ${what}: ${reason}`, {
    hint: 'see STATE/ports/proxy.log; it is safe to kill the process pouch-proxy: pouchd restarts it',
  });
}
