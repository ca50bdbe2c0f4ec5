import { PouchError } from '../../../hooks/errors.ts';
import type { ContainerdClient } from '../ContainerdClient.ts';
import type { Version } from '../api/VersionClient.ts';

/** Milliseconds; containerd has been started before. */
const responseDeadlineMs = 10_000;

/** Returns the version of containerd. @throws PCH_CONTAINERD_UNSUPPORTED below 1.6 */
export async function supportedVersion(client: ContainerdClient): Promise<Version> {
  const version = await client.version.get({ deadlineMs: responseDeadlineMs });
  if (isSupported(version.version)) return version;
  throw new PouchError(
    'PCH_CONTAINERD_UNSUPPORTED',
    `expected containerd 1.6 or later at ${client.address}, found version ${version.version}`,
    { hint: 'upgrade it, or set containerd.managed: true and install containerd 1.6 or later' },
  );
}

/** E.g. "1.6.20~ds1" or "v2.0.0"; builds with another form of version are accepted. */
function isSupported(version: string): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  return major === undefined || Number(major) > 1 || Number(minor) >= 6;
}
