import type { ContainerRequest } from '../../hooks/index.ts';

const option = 'systempaths=unconfined';

/** The request with the option that empty lists of masked and read-only paths stand for. */
export function withSystemPaths<Request extends Partial<ContainerRequest>>(request: Request): Request {
  const { maskedPaths, readonlyPaths, securityOpt = [], ...others } = request;
  if (maskedPaths?.length !== 0 || readonlyPaths?.length !== 0) return request;
  return { ...others, securityOpt: [...new Set([...securityOpt, option])] } as unknown as Request;
}
