/** Where a runtime is known not to do what a row says; the row's test then asserts that. */
export interface Deviation {
  section: string;
  /** The row's sentence, or what the sentences of several have in common. */
  must: string | RegExp;
  why: string;
  /** What the failed test says. */
  found: RegExp;
  /** It depends on who is faster; the row may also hold. */
  sometimes?: boolean;
}

/** The deviations of one runtime, as found in one version; others may have mended some, and the rest is the same. */
export interface Deviations {
  /** In the first line of --version. */
  version: RegExp;
  rows: Deviation[];
}
