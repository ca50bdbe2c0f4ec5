/** A location in the configuration file; line and column start at 1. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The source of a value, in ascending precedence; `derived` is a default that depends on another setting. */
export type Origin =
  | { readonly kind: 'default' }
  | { readonly kind: 'derived'; readonly from: string }
  | ({ readonly kind: 'file' } & Location)
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'flag'; readonly name: string };

/**
 * Formats an origin: `default`, `derived from state`, `/etc/pouch/pouchd.yaml:7`, `POUCHD_LOG_LEVEL`, `--log-level`.
 */
export function formatOrigin(origin: Origin): string {
  switch (origin.kind) {
    case 'default':
      return 'default';
    case 'derived':
      return `derived from ${origin.from}`;
    case 'file':
      return `${origin.file}:${origin.line}`;
    case 'env':
      return origin.name;
    case 'flag':
      return origin.name;
  }
}
