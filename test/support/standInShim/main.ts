/**
 * A stand-in for kata's shim: it speaks containerd's shim protocol as kata's does, records what it gets, and runs the
 * containers by runc instead of virtual machines. See install.ts.
 */
import { parseCall } from './call.ts';
import { remove } from './remove.ts';
import { serve } from './serve.ts';
import { start } from './start.ts';
import { version } from './identity.ts';

const call = parseCall(process.argv.slice(2));
const commands = { start, delete: remove, serve };

if (call.command === 'version') process.stdout.write(`${version}\n`);
else
  commands[call.command](call).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  });
