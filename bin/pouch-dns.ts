/**
 * The resolver: one process per daemon that resolves names for containers on created networks, and outlives the daemon.
 *
 * pouchd starts it as `pouch-dns DIRECTORY` (STATE/dns); see core/dns.
 */
import { runResolver } from '../core/dns/resolver/runResolver.ts';

const [directory, ...others] = process.argv.slice(2);
if (directory === undefined || others.length > 0) {
  console.error('usage: pouch-dns DIRECTORY (started by pouchd)');
  process.exit(2);
}
await runResolver(directory);
