/** The file of a network that a client has created: ROOT/networks/ID.json. */
import { type Static, Type } from '@sinclair/typebox';
import { flag, map, may, text, word } from '../../hooks/schema.ts';
import type { StoredForm } from '../state/stored.ts';

const StoredAddresses = Type.Object({
  subnet: may(text),
  ipRange: may(text),
  gateway: may(text),
  reserved: may(map(text)),
});

const StoredNetwork = Type.Object({
  name: text,
  driver: text,
  createdAt: text,
  internal: flag,
  attachable: flag,
  enableIPv6: flag,
  // As the client wrote them.
  options: map(text),
  labels: map(text),
  ipam: Type.Object({ driver: text, options: map(text), addresses: Type.Array(StoredAddresses) }),
  // What its driver gets.
  driverOptions: map(Type.Unknown()),
  // Its create or removal is under way, or was cut off.
  unfinished: may(word('create', 'remove')),
});

/** A created network as it is stored; its id is the name of the file. */
export type StoredNetwork = Static<typeof StoredNetwork>;

export const networkForm: StoredForm<StoredNetwork> = { version: 1, schema: StoredNetwork };
