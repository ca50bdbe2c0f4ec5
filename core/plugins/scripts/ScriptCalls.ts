import PQueue from 'p-queue';
import { messageOf, PouchError, toPouchError } from '../../../hooks/errors.ts';
import { longestLine, type ProcessReply } from '../../../hooks/processProtocol.ts';
import { onAbort } from '../../wait/onAbort.ts';
import { FileSafety } from '../../../hooks/FileSafety.ts';
import { ConfinedProcess, type ProcessEnd } from '../process/ConfinedProcess.ts';
import { describeEnd } from '../process/describeEnd.ts';
import type { LaunchSettings } from '../process/launch.ts';
import type { TapCalls } from '../process/tapOfProcess.ts';
import { readReply } from './readReply.ts';

/** Processes of one script at a time: the others wait, within their deadlines. */
const mostProcesses = 8;

/** Calls of one script, each by a process of its own that gets the input of the hook on stdin. */
export class ScriptCalls implements TapCalls {
  readonly #settings: LaunchSettings;
  readonly #queue = new PQueue({ concurrency: mostProcesses });

  constructor(settings: LaunchSettings) {
    this.#settings = settings;
  }

  /**
   * @throws PCH_PLUGIN_UNSAFE, PCH_PLUGIN_FAILED, PCH_PLUGIN_PROCESS, PCH_PLUGIN_PROTOCOL, or the reason of the signal
   */
  async call(...[{ input }, options]: Parameters<TapCalls['call']>): Promise<ProcessReply> {
    const stdout = await this.#queue.add(() => this.#run(input, options));
    return readReply(stdout ?? Buffer.alloc(0));
  }

  async #run(input: unknown, { signal, log }: Parameters<TapCalls['call']>[1]): Promise<Buffer> {
    signal.throwIfAborted();
    new FileSafety(this.#settings.path).check(this.#settings.path);
    const chunks: Buffer[] = [];
    let bytes = 0;
    let fault: Error | undefined;
    let how: ProcessEnd = { code: null, signal: null };
    const process: ConfinedProcess = new ConfinedProcess({
      ...this.#settings,
      logOf: () => log ?? silent,
      onStdout(chunk) {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes <= longestLine || fault !== undefined) return;
        fault = tooMuch();
        process.kill();
      },
      onEnd: (end) => (how = end),
    });
    const unlisten = onAbort(signal, () => {
      fault ??= toPouchError(signal.reason);
      process.kill();
    });
    process.endInput(`${JSON.stringify(input)}\n`);
    await process.closed;
    unlisten();
    if (fault !== undefined) throw fault;
    requireSuccess(how, process.output.tail);
    return Buffer.concat(chunks);
  }
}

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** @throws PCH_PLUGIN_FAILED with the end of stderr */
function requireSuccess(end: ProcessEnd, stderr: string): void {
  if ('error' in end)
    throw new PouchError('PCH_PLUGIN_PROCESS', `its process cannot be started: ${messageOf(end.error)}`, {
      cause: end.error,
    });
  if (end.code === 0) return;
  const how = describeEnd(end);
  throw new PouchError(
    'PCH_PLUGIN_FAILED',
    stderr === '' ? `the script ended with ${how}` : `${stderr} (${how})`,
    {
      hint: 'the log of pouchd has what the script wrote to stderr',
    },
  );
}

function tooMuch(): PouchError {
  const message = `the script wrote more than ${longestLine / 2 ** 20} MiB to stdout`;
  return new PouchError('PCH_PLUGIN_PROTOCOL', message, { hint: 'write everything else to stderr' });
}
