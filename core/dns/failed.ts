import { PouchError } from '../../hooks/errors.ts';

export function nameServerFailed(what: string, reason: string): PouchError {
  return new PouchError('PCH_DNS_FAILED', `the resolver of containers failed to ${what}: ${reason}`, {
    hint: 'see STATE/dns/dns.log; it is safe to kill the process pouch-dns: pouchd restarts it',
  });
}
