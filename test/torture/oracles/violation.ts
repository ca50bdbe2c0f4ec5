/** What an oracle holds against the engine. */
export interface Violation {
  oracle:
    | 'nothing acknowledged is lost'
    | 'nothing is orphaned'
    | 'bystanders are untouched'
    | 'the daemon responds within a second'
    | 'errors are coded and true';
  /** What was expected and what was found. */
  evidence: string;
}
