/**
 * Versions of the Docker Engine API, as minor numbers: every supported version is 1.x.
 *
 * The newest is that of Docker 27; newer clients negotiate down to it. 1.22 is what
 * Debian's skopeo speaks; older clients use other forms of bodies.
 */
import { PouchError } from '../../hooks/index.ts';

export const newestMinor = 47;
export const oldestMinor = 22;

export const newestVersion = `1.${newestMinor}`;
export const oldestVersion = `1.${oldestMinor}`;

export interface VersionedPath {
  /** Minor number of the version in the path; the newest if the path has none. */
  minor: number;
  /** The path without the version. */
  path: string;
}

const versionPrefix = /^\/v(\d{1,3})\.(\d{1,3})(?=\/|$)/;

/**
 * Splits `/v1.43/info`.
 * @throws PCH_BAD_REQUEST when the version is not supported, with Docker's message, which clients match on
 */
export function splitVersion(path: string): VersionedPath {
  const match = versionPrefix.exec(path);
  if (!match) return { minor: newestMinor, path };
  const [prefix, major, minor] = match;
  checkVersion(Number(major), Number(minor));
  return { minor: Number(minor), path: path.slice(prefix.length) || '/' };
}

function checkVersion(major: number, minor: number): void {
  const asked = `${major}.${minor}`;
  if (major > 1 || (major === 1 && minor > newestMinor))
    throw new PouchError(
      'PCH_BAD_REQUEST',
      `client version ${asked} is too new. Maximum supported API version is ${newestVersion}`,
      { hint: `set DOCKER_API_VERSION=${newestVersion} for the client` },
    );
  if (major < 1 || minor < oldestMinor)
    throw new PouchError(
      'PCH_BAD_REQUEST',
      `client version ${asked} is too old. Minimum supported API version is ${oldestVersion}, ` +
        'please upgrade your client to a newer version',
    );
}
