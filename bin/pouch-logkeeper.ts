/**
 * The log keeper: one process per daemon that reads the output of all running containers and outlives the daemon.
 *
 * pouchd starts it as `pouch-logkeeper DIRECTORY` (STATE/io); see core/io.
 */
import { runKeeper } from '../core/io/keeper/runKeeper.ts';

const [ioDir, ...others] = process.argv.slice(2);
if (ioDir === undefined || others.length > 0) {
  console.error('usage: pouch-logkeeper DIRECTORY (started by pouchd)');
  process.exit(2);
}
await runKeeper(ioDir);
