import { performance } from 'node:perf_hooks';
import { messageOf } from '../../../hooks/index.ts';
import type { AuditEntry } from '../AuditLog.ts';
import type { ChannelOwner, Login, Traffic } from '../context.ts';
import type { Action } from '../options.ts';

/** What a session is about, for the audit log. */
type About = Pick<AuditEntry, 'target' | 'command'>;

/**
 * Runs the work of a channel between an entry for its begin and one for its end. Without the first one it does not
 * begin.
 * @param work - resolves to its result: an exit code, or `closed`
 */
export async function audited(
  connection: ChannelOwner,
  what: Action,
  about: About,
  work: (login: Login, traffic: Traffic) => Promise<string>,
): Promise<void> {
  const { login, record } = connection.permitted(what);
  const traffic: Traffic = { bytesIn: 0, bytesOut: 0 };
  const since = performance.now();
  connection.audit({ event: 'begin', what, ...about }, record);
  let result = 'failed';
  try {
    result = await work(login, traffic);
  } catch (error) {
    result = `failed: ${messageOf(error)}`;
    throw error;
  } finally {
    const ms = Math.round(performance.now() - since);
    connection.audit({ event: 'end', what, ...about, ...traffic, ms, result }, record);
  }
}
