/** Starts the host of a plugin's module with its code cache. */
import { runProgram } from './run-program.ts';

runProgram('pouch-plugin-host.cjs');
