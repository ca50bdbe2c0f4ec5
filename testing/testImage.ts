import type { ImageConfig } from '../hooks/image.ts';

/** An image that a test makes up. */
export interface TestImage {
  /** `config` of the image's configuration: `{ Env: ['A=1'], Cmd: ['sh'] }`. */
  config?: ImageConfig['config'];
  /** Contents of regular files by absolute path. */
  files?: Record<string, string>;
}
