/** The buildkitd that builds: one that Pouch starts, or one that runs already. */
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { type Config, type DaemonContext, messageOf, PouchError } from '../../hooks/index.ts';
import { configure } from './configuration.ts';
import { programsOrThrow } from './programs.ts';
import { registryTables } from './registries.ts';

/** Lines of its log that an error shows. */
const shownLines = 5;

export interface BuildkitDaemon {
  socket: string;
  /** Rejects when it has ended, or is not used any more. */
  ended: Promise<never>;
}

/** With state and configuration of its own. */
export async function startBuildkitd(
  context: DaemonContext,
  { config, cacheLimit }: { config: Config; cacheLimit: number },
): Promise<BuildkitDaemon> {
  const { buildkitd, runtime } = await programsOrThrow();
  const registries = registryTables(config);
  const network = await context.network();
  const { socket, configuration } = await configure(context, { network, runtime, registries, cacheLimit });
  const lines: string[] = [];
  const running = context.run({
    args: [buildkitd, '--config', configuration],
    env: { HOME: context.scratch, TMPDIR: context.scratch, XDG_RUNTIME_DIR: context.scratch },
    onLine: (line) => {
      lines.push(line);
      if (lines.length > shownLines) lines.shift();
      context.log.debug('buildkitd', { line });
    },
  });
  const ended = running.then((exitCode) => {
    throw new PouchError(
      'PCH_BUILD_FAILED',
      `buildkitd ended with exit code ${exitCode}: ${lines.join('; ')}`,
    );
  });
  return { socket, ended };
}

/** @param address - `unix:///PATH` @throws PCH_BUILD_UNREACHABLE */
export async function findBuildkitd(
  { signal }: Pick<DaemonContext, 'signal'>,
  address: string,
): Promise<BuildkitDaemon> {
  const socket = address.replace(/^unix:\/\//, '');
  const connection = createConnection(socket);
  try {
    await once(connection, 'connect', { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw unreachable(address, messageOf(error));
  } finally {
    connection.destroy();
  }
  signal.throwIfAborted();
  const ended = once(signal, 'abort').then(() => {
    throw signal.reason;
  });
  return { socket, ended };
}

export function unreachable(address: string, problem: string): PouchError {
  return new PouchError('PCH_BUILD_UNREACHABLE', `buildkitd at ${address} does not respond: ${problem}`, {
    hint: 'start it, or correct the option address of the plugin build-buildkit in pouchd.yaml; without it Pouch starts one',
  });
}
