import { PouchError } from '../../../hooks/index.ts';
import { runCommand } from '../command.ts';
import { tableFamilies, tableName } from './tables.ts';

/** An entry of `nft -j list table`: the fields read here. */
interface Listed {
  set?: { family: string; table: string; name: string; elem?: (ListedElement | string)[] };
}

interface ListedElement {
  elem?: { val: unknown; comment?: string };
}

/** @throws PCH_TOOL_MISSING, PCH_NETWORK_ISOLATION */
export async function applyScript(script: string, signal?: AbortSignal): Promise<void> {
  await nft([script], signal);
}

/** Checks that nft is installed. @throws PCH_TOOL_MISSING */
export async function checkNft(signal?: AbortSignal): Promise<void> {
  await nft(['--version'], signal);
}

/**
 * Removes a container's elements from the sets of a bridge. Does nothing if there are no elements, or nft is not
 * installed.
 */
export async function removeMember(bridge: string, container: string): Promise<void> {
  const commands = (await Promise.all(tableFamilies.map((family) => listSets(family, bridge))))
    .flat()
    .flatMap(({ family, table, name, elem = [] }) => {
      const own = elem.flatMap((one) =>
        typeof one !== 'string' && one.elem?.comment === container ? [one.elem.val] : [],
      );
      return own.length > 0 ? [{ delete: { element: { family, table, name, elem: own } } }] : [];
    });
  if (commands.length > 0) await nft(['-j', JSON.stringify({ nftables: commands })]);
}

/** Removes the tables of a bridge. Idempotent. */
export async function removeTables(bridge: string): Promise<void> {
  // To add one that exists changes nothing; to delete one that does not would fail for both.
  const commands = tableFamilies.flatMap((family) =>
    ['add', 'delete'].map((verb) => `${verb} table ${family} ${tableName(bridge)}`),
  );
  await runCommand('nft', [commands.join('; ')]).catch(ignoreMissing);
}

async function listSets(family: string, bridge: string): Promise<NonNullable<Listed['set']>[]> {
  const args = ['-j', 'list', 'table', family, tableName(bridge)];
  const outcome = await runCommand('nft', args).catch(ignoreMissing);
  if (outcome?.exitCode !== 0) return [];
  const { nftables } = JSON.parse(outcome.stdout) as { nftables: Listed[] };
  return nftables.flatMap(({ set }) => (set ? [set] : []));
}

/** Passes the commands as an argument: nft opens its stdin by name, which fails for Node's sockets. */
async function nft(args: string[], signal?: AbortSignal): Promise<void> {
  const outcome = await runCommand('nft', args, signal ? { signal } : {}).catch(
    (cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'ENOENT') throw cause;
      throw new PouchError('PCH_TOOL_MISSING', 'network.isolation requires nft, which is not installed', {
        hint: 'install it (Debian: apt-get install nftables), or set network.isolation: none',
        cause,
      });
    },
  );
  if (outcome.exitCode === 0) return;
  throw new PouchError(
    'PCH_NETWORK_ISOLATION',
    `nft rejected the rules that isolate a container: ${outcome.stderr.trim()}`,
    {
      hint: 'use a kernel with nf_tables for the bridge and inet families, or set network.isolation: none',
    },
  );
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
