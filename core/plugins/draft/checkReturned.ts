import { PouchError } from '../../../hooks/errors.ts';
import { isRecord } from './clone.ts';

/** @throws PCH_PLUGIN_CONTRACT for what is not a draft */
export function checkReturned(returned: unknown): object {
  if (isRecord(returned)) return returned;
  const found = returned === null ? 'null' : Array.isArray(returned) ? 'an array' : `a ${typeof returned}`;
  throw new PouchError('PCH_PLUGIN_CONTRACT', `the tap returned ${found}; expected a draft or undefined`, {
    hint: 'change the draft in place and return nothing',
  });
}
