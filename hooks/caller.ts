/** Who asked for an operation. A surface says so for the calls that it makes; plugins read it in hook points. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { closed, integer, may, says, word } from './schema.ts';

export const Caller = closed(
  {
    transport: word('unix', 'tcp', 'pouchd'),
    uid: may(Type.Integer({ description: 'unix: the user of the process, as the kernel reports it.' })),
    gid: may(integer),
    pid: may(Type.Integer({ description: 'unix: the process, by its pid on the host.' })),
    certificate: may(says('tcp: common name of the client’s certificate, if the address requires one.')),
  },
  { title: 'Caller', description: 'transport `pouchd`: the daemon itself or a plugin.' },
);

/** Who asked for an operation. */
export type Caller = Static<typeof Caller>;

const callers = new AsyncLocalStorage<() => Caller>();

/** Runs a call of the engine on behalf of a caller, who is looked up only when a plugin needs to know. */
export function asCaller<Result>(who: () => Caller, run: () => Result): Result {
  return callers.run(who, run);
}

/** The caller of the running operation. */
export function currentCaller(): Caller {
  return callers.getStore()?.() ?? { transport: 'pouchd' };
}
