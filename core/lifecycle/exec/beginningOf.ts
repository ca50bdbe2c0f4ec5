import type { OutputChunk } from '../../../hooks/engine.ts';

export interface Beginning {
  readonly text: string;
  /** Whether more followed. */
  readonly isCut: boolean;
}

/** The first bytes of an output. All of it is read, so that the process does not wait. */
export async function beginningOf(output: AsyncIterable<OutputChunk>, most: number): Promise<Beginning> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const { data } of output) {
    if (size < most) chunks.push(Buffer.from(data.subarray(0, most - size)));
    size += data.length;
  }
  return { text: Buffer.concat(chunks).toString('utf8'), isCut: size > most };
}
