import { conflictingOptions } from '../errors.ts';
import type { Session } from '../Session.ts';
import { changeFleet } from './changeFleet.ts';
import { splitHosts } from './chosenHosts.ts';
import { RollbackRun } from './RollbackRun.ts';

export interface RollbackFlags {
  /** `web1,web2`. */
  readonly host: string;
  readonly generation: number | undefined;
  readonly waitMs: number;
  readonly dryRun: boolean;
  /** `3` or `25%`. */
  readonly parallel: string;
}

/**
 * Rolls several hosts back, each to its previous generation.
 * @throws OptionError for a number with more than one host
 */
export async function rollBackFleet(
  session: Session,
  { host, generation, ...options }: RollbackFlags,
): Promise<void> {
  const hosts = splitHosts(host).map((name) => ({ name, address: name }));
  if (generation !== undefined && hosts.length > 1)
    throw conflictingOptions(
      `expected one host for generation ${generation}, found ${hosts.length}`,
      'each host numbers its own generations: without a number each returns to its previous one',
    );
  await changeFleet(
    session,
    { hosts, ...options },
    (run) => new RollbackRun({ ...run, ...(generation !== undefined && { generation }) }),
  );
}
