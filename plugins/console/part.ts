import { type PageBlock, PouchError, toPouchError } from '../../hooks/index.ts';

/**
 * A block that others have a part in: a plugin that describes its effects, a check of a plugin. If it fails or is late,
 * the rest of the page is shown without it.
 * @param ms until it is late
 * @param read the signal aborts then
 */
export async function part(
  title: string,
  ms: number,
  read: (signal: AbortSignal) => Promise<PageBlock>,
): Promise<PageBlock> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = new PouchError('PCH_DEADLINE', `not known within ${ms} ms`);
      reject(error);
      controller.abort(error);
    }, ms);
  });
  try {
    return await Promise.race([read(controller.signal), late]);
  } catch (error) {
    const { code, message } = toPouchError(error);
    return { kind: 'text', text: `${title}: ${message} (${code})`, state: 'problem' };
  } finally {
    clearTimeout(timer);
  }
}
