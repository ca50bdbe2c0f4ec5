import { PouchError } from '../../../hooks/errors.ts';
import type { ContainerdClient } from '../ContainerdClient.ts';
import type { Version } from '../api/VersionClient.ts';

/** Time for the answer of a containerd that should be there, in milliseconds. */
const answerWithinMs = 10_000;

/** The version of the containerd behind a client; PCH_CONTAINERD_UNSUPPORTED below 1.6. */
export async function supportedVersion(client: ContainerdClient): Promise<Version> {
  const version = await client.version.get({ deadlineMs: answerWithinMs });
  if (isSupported(version.version)) return version;
  throw new PouchError(
    'PCH_CONTAINERD_UNSUPPORTED',
    `containerd at ${client.address} has version ${version.version}, expected 1.6 or later`,
    { hint: 'Upgrade it, or set containerd.managed: true and install containerd 1.6 or later.' },
  );
}

/** E.g. "1.6.20~ds1" or "v2.0.0"; builds without a version of that form are trusted. */
function isSupported(version: string): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  return major === undefined || Number(major) > 1 || Number(minor) >= 6;
}
