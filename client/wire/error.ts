/** Body of every answer with a status of 400 and above. Docker sends only `message`. */
export interface ErrorResponse {
  /** What was expected and what was found. */
  message: string;
  /** `PCH_…` */
  code?: string;
  /** What to do about it. */
  hint?: string;
  /** The plugin and hook point whose code failed. */
  plugin?: string;
  hook?: string;
  /** Full id of the container it is about. */
  container?: string;
}
