import type { Violation } from './violation.ts';

/** One look at a bystander. */
export interface Look {
  name: string;
  /** Status in `inspect`. */
  status: string;
  /** Pid and start time of its first process. */
  identity: string;
  /** Its numbered log lines since the last look, the last one of then included. */
  log?: readonly string[];
  /** What became of an open TCP stream to it. */
  stream?: { isOpen: boolean; sent: number; returned: number };
}

/** Oracle 3: a bystander is the same process still, its log has no gap, and its TCP stream is open. */
export function touched(before: Look, now: Look): Violation[] {
  const wrongs: string[] = [];
  if (now.status !== 'running') wrongs.push(`is ${now.status}`);
  if (now.identity !== before.identity) wrongs.push(`is process ${now.identity}, was ${before.identity}`);
  if (now.log) wrongs.push(...wrongsOfLog(now.log, before.log?.at(-1)));
  if (now.stream && !now.stream.isOpen) wrongs.push('has lost its TCP stream');
  if (now.stream && now.stream.returned !== now.stream.sent)
    wrongs.push(`has returned ${now.stream.returned} of ${now.stream.sent} bytes of its TCP stream`);
  return wrongs.map((wrong) => ({
    oracle: 'bystanders are untouched',
    evidence: `bystander ${now.name} ${wrong}`,
  }));
}

function wrongsOfLog(lines: readonly string[], last: string | undefined): string[] {
  if (lines.length < 2) return [`has logged nothing since "${last}"`];
  if (last !== undefined && lines[0] !== last) return [`has lost log lines: "${lines[0]}" follows "${last}"`];
  const at = lines.findIndex((line, index) => index > 0 && Number(line) !== Number(lines[index - 1]) + 1);
  return at < 0 ? [] : [`has a gap in its log: "${lines[at - 1]}" is followed by "${lines[at]}"`];
}
