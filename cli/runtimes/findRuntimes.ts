import type { RuntimeWire } from '../../client/index.ts';
import { CliError } from '../errors.ts';
import type { Session } from '../Session.ts';

/** Returns the runtimes with these names or aliases; all without names. @throws PCH_RUNTIME_NOT_FOUND */
export async function findRuntimes(session: Session, names: readonly string[]): Promise<RuntimeWire[]> {
  const all = await session.client.pouch.runtimes();
  return names.length === 0 ? all : names.map((name) => named(name, all));
}

function named(wanted: string, all: RuntimeWire[]): RuntimeWire {
  const found = all.find(({ name, aliases }) => name === wanted || aliases.includes(wanted));
  if (found) return found;
  const known = `known runtimes: ${all.map(({ name }) => name).join(', ')}`;
  throw new CliError('PCH_RUNTIME_NOT_FOUND', `no runtime is named "${wanted}"`, known);
}
