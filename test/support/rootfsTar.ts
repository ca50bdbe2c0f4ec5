import { buffer } from 'node:stream/consumers';
import tar, { type Header } from 'tar-stream';

/** An entry of a tar, with the content of its file. */
export type RootfsEntry = Partial<Header> & { name: string } & { content?: string };

/** Returns a tar with these entries, whatever they are. */
export async function rootfsTar(entries: readonly RootfsEntry[]): Promise<Buffer> {
  const pack = tar.pack();
  for (const { content, ...header } of entries) pack.entry({ mtime: new Date(0), ...header }, content ?? '');
  pack.finalize();
  return buffer(pack);
}
