/** Body of every response with a status of 400 and above. Docker sends only `message`. */
export interface ErrorResponse {
  /** What was expected and what was found. */
  message: string;
  /** `PCH_…` */
  code?: string;
  /** What to do about it. */
  hint?: string;
  /** The plugin that failed, and its hook point. */
  plugin?: string;
  hook?: string;
  /** Full id of the affected container. */
  container?: string;
  /** The member of the request at fault: `HostConfig.Memory`. */
  field?: string;
}
