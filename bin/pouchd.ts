/** The daemon: runs in the foreground, logs to stderr, stops on SIGTERM; containers keep running. */
import { fileURLToPath } from 'node:url';
import { keeperNodeFlags } from '../core/io/index.ts';
import { runDaemon } from './daemon/run.ts';

process.exitCode = await runDaemon(process.argv.slice(2), {
  keeperCommand: [
    process.execPath,
    ...keeperNodeFlags,
    fileURLToPath(new URL('./pouch-logkeeper.js', import.meta.url)),
  ],
  trialCommand: [process.execPath, fileURLToPath(new URL('./pouch-plugin-trial.js', import.meta.url))],
  filesCommand: [fileURLToPath(new URL('../../bin/pouch-files', import.meta.url))],
});
