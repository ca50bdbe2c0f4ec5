/** A known deviation of a runtime from a row; the row's test then asserts the deviation. */
export interface Deviation {
  section: string;
  /** The row's sentence, or a pattern for several. */
  must: string | RegExp;
  why: string;
  /** Pattern of the failure's message. */
  found: RegExp;
  /** Depends on a race; the row may also pass. */
  sometimes?: boolean;
}

/** The deviations of a runtime in one version; other versions may have fixed some of them. */
export interface Deviations {
  /** Text in the first line of --version. */
  version: RegExp;
  rows: Deviation[];
}
