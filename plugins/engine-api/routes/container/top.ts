/** `top`: the host's ps(1), for the processes of a container. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ContainerTopResponse } from '../../../../client/wire.ts';
import { PouchError } from '../../../../hooks/index.ts';
import { parameter, type Call, type Route } from '../../http/call.ts';
import { sendJson } from '../../http/reply.ts';

export const topRoutes: Route[] = [{ method: 'GET', path: '/containers/:id/top', handler: top }];

const run = promisify(execFile);
const limits = { timeout: 5_000, killSignal: 'SIGKILL', maxBuffer: 4 * 1024 * 1024 } as const;
/** Characters of the options of ps. */
const mostOptions = 1024;

async function top(call: Call): Promise<void> {
  const asked = call.query.text('ps_args');
  const processes = await call.engine.containers.top(parameter(call, 'id'));
  const options = optionsOf(asked ?? '-ef');
  const pids = processes.map(({ pid }) => String(pid));
  const body = await psTable(options, pids).catch((error: unknown): ContainerTopResponse => {
    // A host without a ps that takes process ids, and processes that are not the host's.
    if (asked === undefined)
      return {
        Titles: ['PID', 'CMD'],
        Processes: processes.map(({ pid, command }) => [String(pid), command]),
      };
    throw error;
  });
  sendJson(call, body);
}

/** @throws PCH_OPTION_INVALID */
function optionsOf(text: string): string[] {
  if (text.length > mostOptions || text.includes('\0'))
    throw new PouchError('PCH_OPTION_INVALID', `ps_args: expected at most ${mostOptions} characters`, {
      hint: 'leave options out',
    });
  return text.split(/\s+/).filter((word) => word !== '');
}

/** The rows of the processes; ps may select others too, such as with `aux`. */
async function psTable(options: string[], pids: string[]): Promise<ContainerTopResponse> {
  // Trees of processes exclude -q.
  const table = await ps([...options, '-q', pids.join(',')]).catch(() => ps(options));
  const lines = table.split('\n').filter((line) => line !== '');
  const [Titles = [], ...rows] = lines.map((line) => line.trim().split(/\s+/));
  const column = Titles.indexOf('PID');
  if (column < 0) throw invalid("Couldn't find PID field in ps output");
  const own = rows.filter((row) => pids.includes(row[column] ?? ''));
  return { Titles, Processes: own.map((row) => inColumns(row, Titles.length)) };
}

/** Without a shell: options are only ever words of ps. */
async function ps(words: string[]): Promise<string> {
  try {
    return (await run('ps', words, limits)).stdout;
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    throw invalid(`ps: ${(stderr || message).trim().split('\n')[0] ?? ''}`);
  }
}

function invalid(message: string): PouchError {
  return new PouchError('PCH_OPTION_INVALID', message, { hint: 'see ps(1); PID must be one of the columns' });
}

/** The last column, such as the command, may have spaces. */
function inColumns(row: string[], count: number): string[] {
  return [...row.slice(0, count - 1), row.slice(count - 1).join(' ')];
}
