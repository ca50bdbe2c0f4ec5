import { PouchError } from '../../hooks/index.ts';

/** @param said the last line of its output */
export function buildahFailed(what: string, said: string): PouchError {
  const message = said.replace(/^(Error:|error) */, '').slice(0, 2000);
  if (/no space left on device/i.test(message))
    return new PouchError('PCH_DISK_FULL', `no space left for ${what}: ${message}`, {
      hint: 'free space on the disk of pouchd’s root; `pouch builder prune` empties the build cache',
    });
  const [, unknown] = /Unknown instruction: "(.*?)"/.exec(message) ?? [];
  if (unknown !== undefined)
    return new PouchError('PCH_DOCKERFILE_INVALID', `unknown instruction: ${unknown}`, {
      hint: 'Buildah before 1.33, as in Debian 12, does not know heredocs (RUN <<EOF) either',
    });
  return new PouchError('PCH_BUILD_FAILED', `${what}: ${message || 'it failed without a message'}`);
}
