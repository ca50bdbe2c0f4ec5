import type { Client } from '../../client/index.ts';

/** Signals by which a user or a supervisor ends a command. */
const ending = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

/**
 * Returns a function that passes a signal of this process to a container. A rich container is stopped instead, by
 * its own signal and with its own timeout, because the signal means something else to an init: SIGTERM has systemd
 * execute itself again. A second signal kills it. Plain containers get the signal.
 */
export function signalPasser({ containers }: Client): (id: string, signal: string) => Promise<void> {
  let isStopping = false;
  return async (id, signal) => {
    const isRich = ending.includes(signal) && (await containers.inspect(id)).Config.Rich === true;
    if (!isRich) return await containers.kill(id, signal);
    if (isStopping) return await containers.kill(id, 'SIGKILL');
    isStopping = true;
    await containers.stop(id);
  };
}
