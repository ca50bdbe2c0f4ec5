import { createRequest } from '../../client/options/createRequest.ts';
import type { RunFlags } from '../../client/options/runFlags.ts';
import type { ContainerRequest } from '../../hooks/index.ts';
import { toContainerRequest } from '../index.ts';

/** What every body has, whatever its options are. */
const ofEveryBody = ['image', 'tty', 'openStdin', 'stdinOnce', 'autoRemove'] as const;

/**
 * Returns what options ask for.
 * @param isPartial - checks only what does not depend on other options
 * @throws OptionError, PouchError
 */
export function requestOf(flags: RunFlags, { isPartial }: { isPartial: boolean }): Partial<ContainerRequest> {
  const body = createRequest({ flags, image: 'none', command: [], environment: {}, size: undefined });
  const { request } = toContainerRequest(body, { isLiteral: true, isPartial });
  const asked: Partial<ContainerRequest> = { ...request };
  for (const name of ofEveryBody) delete asked[name];
  return asked;
}
