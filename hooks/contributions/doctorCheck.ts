/** A look at the host for `pouch doctor`, which prints what it finds with the plugin's name. */
export interface DoctorCheck {
  /** What it looks at: `licence server`. */
  name: string;
  /** Milliseconds; 5 s if missing. A check that is late counts as a problem. */
  deadlineMs?: number;
  /** Looks, and changes nothing. An error that it throws is a finding that is not `ok`. */
  run(context: { signal: AbortSignal }): Promise<DoctorFinding> | DoctorFinding;
}

/** What a check of `pouch doctor` found. */
export interface DoctorFinding {
  ok: boolean;
  /** What was found: `responds in 3 ms`. */
  found: string;
  /** What the user can do about a problem. */
  fix?: string;
}
