/** The daemon: runs in the foreground, logs to stderr, stops on SIGTERM; containers keep running. */
import { fileURLToPath } from 'node:url';
import { keeperNodeFlags } from '../core/io/index.ts';
import { hostNodeFlags } from '../core/plugins/index.ts';
import { runDaemon } from './daemon/run.ts';

const pathOf = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Resolves to the exit code; bin/pouchd awaits it. */
export const ended = runDaemon(process.argv.slice(2), {
  keeperCommand: [process.execPath, ...keeperNodeFlags, pathOf('./pouch-logkeeper.js')],
  resolverCommand: [process.execPath, ...keeperNodeFlags, pathOf('./pouch-dns.js')],
  trialCommand: [process.execPath, pathOf('./pouch-plugin-trial.js')],
  hostCommand: [process.execPath, ...hostNodeFlags, pathOf('./run-plugin-host.cjs')],
  consoleProgram: pathOf('../../bin/pouch-console'),
  proxyProgram: pathOf('../../bin/pouch-proxy'),
  devicesProgram: pathOf('../../bin/pouch-devices'),
  pauseProgram: pathOf('../../bin/pouch-pause'),
  confineProgram: pathOf('../../bin/pouch-confine'),
  filesCommand: [pathOf('../../bin/pouch-files')],
});
