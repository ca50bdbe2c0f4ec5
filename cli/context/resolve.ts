import { defaultHost } from '../../client/index.ts';
import { defaultOptions } from '../connection.ts';
import { defaultContext, type Environment } from './current.ts';
import { type Context, readContext } from './store.ts';

/**
 * Returns a context; the one named `default` is what variables say.
 * @throws CliError PCH_CONTEXT_NOT_FOUND, PCH_CONTEXT_INVALID
 */
export function resolveContext(env: Environment, name: string): Context {
  if (name !== defaultContext) return readContext(env, name);
  const { host = defaultHost, tls, token } = defaultOptions({}, env);
  return { name, description: '', host, ...(tls && { tls }), ...(token !== undefined && { token }) };
}
