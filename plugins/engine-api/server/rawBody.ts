/** Requests whose body no HTTP parser reads: archives of any size, which the process that extracts them reads. */
import { IncomingMessage, type IncomingHttpHeaders } from 'node:http';
import type { Framing } from '../../../hooks/connection/BodyDecoder.ts';

const archive = /^(?:\/v[\d.]+)?\/containers\/[^/?]+\/archive(?:\?|$)/;

/**
 * A request on a connection without encryption. Node's server emits `upgrade` for one that says so when its headers are
 * complete, with the bytes that follow them.
 */
export class PlainRequest extends IncomingMessage {
  get upgrade(): boolean {
    return saysUpgrade.has(this) || rawFraming(this) !== undefined;
  }

  set upgrade(upgrade: boolean | null) {
    if (upgrade) saysUpgrade.add(this);
    else saysUpgrade.delete(this);
  }
}

/** Not a field: the constructor of Node's class sets `upgrade` before fields exist. */
const saysUpgrade = new WeakSet<PlainRequest>();

/** How the body of such a request is delimited; undefined for others. */
export function rawFraming({ method, url = '', httpVersion, headers }: IncomingMessage): Framing | undefined {
  const isRaw = method === 'PUT' && archive.test(url) && httpVersion === '1.1';
  // Of these, Node responds to the first.
  if (!isRaw || headers.expect !== undefined || headers.upgrade !== undefined) return undefined;
  return framingOf(headers);
}

/** Node's parser refuses requests with both, and with a length that is not a number. */
function framingOf({
  'transfer-encoding': encoding,
  'content-length': length,
}: IncomingHttpHeaders): Framing | undefined {
  if (encoding !== undefined) return encoding.toLowerCase() === 'chunked' ? 'chunked' : undefined;
  return length === undefined ? undefined : Number(length);
}
