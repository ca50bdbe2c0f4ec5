import type { ContainerInspect } from '../../../client/index.ts';
import type { Model, TrackedVolume } from '../model/Model.ts';
import type { Status, Tracked } from '../model/Tracked.ts';
import type { Violation } from './violation.ts';

/** What the daemon and its directories show once a round's clients and faults have ended. */
export interface Found {
  containers: readonly Seen[];
  /** Text of the marker file by name of the volume; undefined without one. */
  volumes: ReadonlyMap<string, string | undefined>;
}

export type Seen = Pick<ContainerInspect, 'Id' | 'Name'> & {
  State: Pick<ContainerInspect['State'], 'Status' | 'ExitCode'>;
  Config: { Labels?: Record<string, string> | null };
  HostConfig: { PidsLimit?: number | null };
  /** Of `logs`; undefined if they were not read. */
  log?: string;
};

/** Oracle 1: every acknowledged create, start, stop, rename, update, write and removal is still true. */
export function lost(model: Model, found: Found): Violation[] {
  const known = model.containers.map((one) => ({ one, seen: find(one, found) }));
  const explained = new Set(known.map(({ seen }) => seen?.Id));
  return [
    ...known.flatMap(({ one, seen }) => withHistory(one, seen ? wrongsOf(one, seen) : wrongsOfMissing(one))),
    ...found.containers
      .filter(({ Id }) => !explained.has(Id))
      .map(
        ({ Id, Name }) =>
          `container ${Name} (${Id}) exists, but its removal was acknowledged or no create was`,
      ),
    ...model.volumes.flatMap((volume) => wrongsOfVolume(volume, found)),
  ].map((evidence) => ({ oracle: 'nothing acknowledged is lost', evidence }));
}

/** Of what was done to a container, the end explains most. */
const mostHistory = 12;

function withHistory({ history }: Tracked, wrongs: readonly string[]): string[] {
  return wrongs.map((wrong) => [wrong, ...history.slice(-mostHistory)].join('\n    '));
}

function find({ id, names }: Tracked, { containers }: Found): Seen | undefined {
  if (id !== undefined) return containers.find(({ Id }) => Id === id);
  return containers.find(({ Name }) => names.includes(withoutSlash(Name)));
}

function wrongsOfMissing(one: Tracked): string[] {
  return one.may('gone') ? [] : [`container ${one.name} is gone, expected ${describe(one)}`];
}

function wrongsOf(one: Tracked, seen: Seen): string[] {
  const { Status: status, ExitCode } = seen.State;
  const wrongs: string[] = [];
  if (!one.names.includes(withoutSlash(seen.Name)))
    wrongs.push(`is named ${seen.Name}, expected ${one.names.join(' or ')}`);
  if (!holds(one, status)) wrongs.push(`is ${status}, expected ${describe(one)}`);
  else if (status === 'exited' && one.exitCodes && !one.exitCodes.includes(ExitCode))
    wrongs.push(`has exited with ${ExitCode}, expected ${one.exitCodes.join(' or ')}`);
  for (const [key, value] of Object.entries(one.labels))
    if (seen.Config.Labels?.[key] !== value) wrongs.push(`has lost its label ${key}`);
  const limit = seen.HostConfig.PidsLimit ?? 0;
  if (one.pidsLimits && !one.pidsLimits.includes(limit))
    wrongs.push(`has a limit of ${limit} processes, expected ${one.pidsLimits.join(' or ')}`);
  if (seen.log !== undefined && one.hasWholeLog) wrongs.push(...wrongsOfLog(one, seen.log));
  return wrongs.map((wrong) => `container ${one.name} (${seen.Id.slice(0, 12)}) ${wrong}`);
}

/** Whether its status, once nothing is under way any more, is one of those that it may have. */
export function holds(one: Tracked, status: string): boolean {
  return one.may(status as Status) || (status === 'exited' && one.may('ending'));
}

function describe(one: Tracked): string {
  return [...one.states].join(' or ');
}

/** Each start counts its lines from 0 again. */
function wrongsOfLog(one: Tracked, log: string): string[] {
  const lines = log.split('\n').slice(0, -1);
  if (one.kind === 'brief')
    return lines.every((line) => line === 'brief') ? [] : [`has logged ${lines.join(', ')}`];
  const gap = gapIn(lines);
  return gap === undefined ? [] : [`has a gap in its log: ${gap}`];
}

/** The first place where numbered lines neither continue nor begin again. */
export function gapIn(lines: readonly string[]): string | undefined {
  for (const [at, line] of lines.entries()) {
    const number = numberOf(line);
    const before = at === 0 ? undefined : numberOf(lines[at - 1]!);
    if (number === 0 || (before !== undefined && number === before + 1)) continue;
    return at === 0 ? `it begins with "${line}"` : `"${lines[at - 1]}" is followed by "${line}"`;
  }
  return undefined;
}

function numberOf(line: string): number {
  const match = /^line (\d+)$/.exec(line);
  return match ? Number(match[1]) : Number.NaN;
}

function wrongsOfVolume({ name, marker, exists }: TrackedVolume, { volumes }: Found): string[] {
  if (!volumes.has(name)) return exists === 'yes' ? [`volume ${name} is gone`] : [];
  if (exists === 'no') return [`volume ${name} exists, but its removal was acknowledged`];
  const text = volumes.get(name);
  if (marker === undefined || text === marker) return [];
  return [`volume ${name} holds ${JSON.stringify(text)}, expected ${JSON.stringify(marker)}`];
}

function withoutSlash(name: string): string {
  return name.replace(/^\//, '');
}
