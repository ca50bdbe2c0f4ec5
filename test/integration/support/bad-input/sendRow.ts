import { RawClient, ask, type RawResponse } from '../../../support/RawClient.ts';
import type { TestPouchd } from '../../../support/TestPouchd.ts';

/** One request; `raw` is sent byte for byte instead. */
export interface Request {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  body?: unknown;
  raw?: string;
}

export type Reply = Pick<RawResponse, 'status' | 'text' | 'json'>;

export async function sendRow(pouchd: TestPouchd, request: Request): Promise<Reply> {
  const socket = `${pouchd.state}/pouchd.sock`;
  const { method = 'POST', path = '/', headers, body, raw } = request;
  if (raw === undefined) return ask(socket, method, path, { body, ...(headers && { headers }) });
  const client = new RawClient(socket);
  client.send(raw);
  return parse(await client.untilEnd());
}

function parse(response: string): Reply {
  const [head = '', ...rest] = response.split('\r\n\r\n');
  const text = rest.join('\r\n\r\n');
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]), text, json: JSON.parse(text) };
}
