import { PouchError } from '../../../hooks/errors.ts';
import type { ProcessReply } from '../../../hooks/processProtocol.ts';
import { accepted } from './tapOfProcess.ts';

/** The result of a reply to a request for which a patch or a draft means nothing. @throws the plugin's error */
export function resultOf(reply: ProcessReply, what: string): unknown {
  const { result, patch, draft } = accepted(reply);
  const field = patch ? 'patch' : draft && 'draft';
  if (field === undefined) return result ?? undefined;
  throw new PouchError('PCH_PLUGIN_CONTRACT', `the ${what} replied with a ${field}; expected a result`, {
    hint: 'docs/reference/plugin-protocol.md has the reply to each request',
  });
}
