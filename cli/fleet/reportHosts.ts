/** What a host reports about itself: that of the connection, or several at once, none of which hides the others. */
import type { AgentCalls } from '../../client/index.ts';
import { exitCodes } from '../errors.ts';
import type { Printer, Session } from '../Session.ts';
import { splitHosts } from './chosenHosts.ts';
import { clientOf } from './clientOf.ts';
import { HostOutput } from './HostOutput.ts';
import { hostProblem, problemOf } from './hostProblem.ts';
import { readsAtOnce, sideBySide } from './sideBySide.ts';
import { withDeadline } from './withDeadline.ts';

/** For one of several hosts to respond. */
const readMs = 30_000;

export interface HostReport<Value> {
  read(agent: AgentCalls, signal?: AbortSignal): Promise<Value>;
  print(output: Printer, value: Value): void;
  /** What the line of JSON of one of several hosts has beside its name. */
  json(value: Value): object;
  /** Whether the exit code is 1. Missing: it is not. */
  isBad?(value: Value): boolean;
}

export interface HostFlags {
  /** `-H` of the command. Missing: the host of the connection. */
  readonly host?: string;
  readonly format?: string;
}

type Outcome<Value> = { readonly value: Value } | { readonly error: unknown };

/**
 * Prints the report of each host, in the order of `-H`. The exit code is 1 if one is bad, or a host does not respond.
 * @throws OptionError
 */
export async function reportHosts<Value>(
  session: Session,
  { host, format }: HostFlags,
  report: HostReport<Value>,
): Promise<void> {
  if (host === undefined) {
    const value = await report.read(session.client.agent);
    report.print(session, value);
    if (report.isBad?.(value)) session.exitCode = exitCodes.failure;
    return;
  }
  const hosts = splitHosts(host);
  const outcomes = new Map<string, Outcome<Value>>();
  await sideBySide(hosts, readsAtOnce, async (name) => {
    outcomes.set(name, await outcomeOf(session, name, report));
  });
  const width = Math.max(...hosts.map(({ length }) => length));
  for (const [name, outcome] of hosts.map((one) => [one, outcomes.get(one)!] as const)) {
    if (format === 'json') session.print(JSON.stringify({ Host: name, ...jsonOf(outcome, report) }));
    else print(new HostOutput(session, name, width), outcome, report);
    if ('error' in outcome || report.isBad?.(outcome.value)) session.exitCode = exitCodes.failure;
  }
}

async function outcomeOf<Value>(
  session: Session,
  host: string,
  { read }: HostReport<Value>,
): Promise<Outcome<Value>> {
  try {
    const client = clientOf(session, host);
    try {
      return { value: await withDeadline(readMs, undefined, (ending) => read(client.agent, ending)) };
    } finally {
      client.close();
    }
  } catch (error) {
    return { error };
  }
}

function jsonOf<Value>(outcome: Outcome<Value>, report: HostReport<Value>): object {
  return 'error' in outcome ? { Error: problemOf(outcome.error) } : report.json(outcome.value);
}

function print<Value>(output: HostOutput, outcome: Outcome<Value>, report: HostReport<Value>): void {
  if ('error' in outcome) output.warn(hostProblem(outcome.error));
  else report.print(output, outcome.value);
}
