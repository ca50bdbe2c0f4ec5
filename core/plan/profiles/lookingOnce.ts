import type { RequestContext } from '../request/context.ts';

/** A context that looks at each path of the host once: the options of profiles apply one after another. */
export function lookingOnce(context: RequestContext): RequestContext {
  const looks = new Map<string, ReturnType<RequestContext['look']>>();
  const responding = new Map<string, Promise<void>>();
  return {
    ...context,
    look: (path, what) => once(looks, path, () => context.look(path, what)),
    checkResponds: (paths, whatOf) =>
      once(responding, paths.join('\0'), () => context.checkResponds(paths, whatOf)),
  };
}

function once<T>(known: Map<string, T>, key: string, make: () => T): T {
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
}
