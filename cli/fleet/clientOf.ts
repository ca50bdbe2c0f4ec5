import { Client } from '../../client/index.ts';
import { clientOptions } from '../connection.ts';
import { contextNames } from '../context/store.ts';
import type { Session } from '../Session.ts';

/**
 * A client of a host: of an address, else of the context of that name, else by ssh. Options such as --tlscacert are
 * for addresses.
 */
export function clientOf({ connection, terminal: { env } }: Session, address: string): Client {
  const { context: _context, host: _host, ...security } = connection;
  const isAddress = address.includes('://') || address.startsWith('/');
  const isContext = !isAddress && contextNames(env).includes(address);
  const flags = isContext
    ? { context: address }
    : { ...security, host: isAddress ? address : `ssh://${address}` };
  return new Client({ ...clientOptions(flags, env), userAgent: 'pouch' });
}
