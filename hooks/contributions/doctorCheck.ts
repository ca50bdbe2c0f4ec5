/** Milliseconds that a check may have at most. */
export const mostCheckMs = 60_000;

/** Characters of what a check reports. */
export const mostFindingLength = 4_000;

/** A look at the host for `pouch doctor`, which prints what it finds with the plugin's name. */
export interface DoctorCheck {
  /** What it looks at: `licence server`. At most 100 characters. */
  name: string;
  /** Milliseconds, at most a minute; 5 s if missing. A check that is late counts as a problem. */
  deadlineMs?: number;
  /** Looks, and changes nothing. An error that it throws is a finding that is not `ok`. */
  run(context: { signal: AbortSignal }): Promise<DoctorFinding> | DoctorFinding;
}

/** What a check of `pouch doctor` found. */
export interface DoctorFinding {
  ok: boolean;
  /** What was found: `responds in 3 ms`. At most 4000 characters, as `fix`. */
  found: string;
  /** What the user can do about a problem. */
  fix?: string;
}

/** What is wrong with a declaration; undefined if it is valid. */
export function doctorCheckProblem({ name, deadlineMs }: DoctorCheck): string | undefined {
  if (!/^\P{Cc}{1,100}$/u.test(name)) return '`name` must have 1 to 100 characters, on one line';
  const isValid = deadlineMs === undefined || (Number.isInteger(deadlineMs) && deadlineMs > 0);
  if (isValid && (deadlineMs ?? 0) <= mostCheckMs) return undefined;
  return `\`deadlineMs\` must be an integer from 1 to ${mostCheckMs}, found ${String(deadlineMs)}`;
}

/** What is wrong with what a check returned; undefined if it is a finding. */
export function findingProblem(finding: unknown): string | undefined {
  const { ok, found, fix } = (finding ?? {}) as Record<keyof DoctorFinding, unknown>;
  if (typeof ok !== 'boolean') return `expected \`ok\` to be true or false, found ${shown(ok)}`;
  if (typeof found !== 'string') return `expected \`found\` to be text, found ${shown(found)}`;
  if (fix !== undefined && typeof fix !== 'string') return `expected \`fix\` to be text, found ${shown(fix)}`;
  const longest = Math.max(found.length, fix?.length ?? 0);
  return longest > mostFindingLength
    ? `expected texts of at most ${mostFindingLength} characters, found ${longest}`
    : undefined;
}

function shown(value: unknown): string {
  return value === undefined || value === null ? 'nothing' : `a value of type ${typeof value}`;
}
