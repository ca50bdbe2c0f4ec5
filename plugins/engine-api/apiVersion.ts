/**
 * Versions of the Docker Engine API, as minor numbers: every supported version is 1.x.
 *
 * The newest is that of Docker 27; newer clients negotiate down to it. 1.24 is the oldest that Docker itself still
 * supports.
 */
import { PouchError } from '../../hooks/index.ts';

export const NEWEST_MINOR = 47;
export const OLDEST_MINOR = 24;

export const NEWEST_VERSION = `1.${NEWEST_MINOR}`;
export const OLDEST_VERSION = `1.${OLDEST_MINOR}`;

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
  if (!match) return { minor: NEWEST_MINOR, path };
  const [prefix, major, minor] = match;
  checkVersion(Number(major), Number(minor));
  return { minor: Number(minor), path: path.slice(prefix.length) || '/' };
}

function checkVersion(major: number, minor: number): void {
  const asked = `${major}.${minor}`;
  if (major > 1 || (major === 1 && minor > NEWEST_MINOR))
    throw new PouchError(
      'PCH_BAD_REQUEST',
      `client version ${asked} is too new. Maximum supported API version is ${NEWEST_VERSION}`,
      { hint: `set DOCKER_API_VERSION=${NEWEST_VERSION} for the client` },
    );
  if (major < 1 || minor < OLDEST_MINOR)
    throw new PouchError(
      'PCH_BAD_REQUEST',
      `client version ${asked} is too old. Minimum supported API version is ${OLDEST_VERSION}, ` +
        'please upgrade your client to a newer version',
    );
}
