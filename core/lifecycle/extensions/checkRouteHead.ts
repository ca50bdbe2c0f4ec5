import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { RouteHead } from '../../../hooks/contributions/route.ts';

const [mostHeaders, mostBytes] = [64, 16 * 1024];

/** Headers of one connection (RFC 9110, 7.6.1), and those that pouchd sets. */
const reserved: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    [
      'connection',
      'keep-alive',
      'proxy-authenticate',
      'proxy-authorization',
      'proxy-connection',
      'te',
      'trailer',
      'transfer-encoding',
      'upgrade',
    ].map((name) => [name, 'which belongs to the connection']),
  ),
  'content-length': 'which pouchd sets',
  'content-type': 'which `type` sets',
};

/** What is wrong with status, type or headers of a response, as it follows "the reply"; undefined if nothing is. */
export function problemOfHead({ status = 200, type, headers }: RouteHead): string | undefined {
  if (!Number.isInteger(status) || status < 200 || status > 599)
    return `has the status ${JSON.stringify(status)}`;
  const isType = (text: unknown) =>
    typeof text === 'string' && /^[\w.+-]+\/[\w.+-]+(; ?[\w.+-]+=[\w.+-]+)*$/.test(text);
  if (type !== undefined && !isType(type)) return `has the invalid type ${JSON.stringify(type)}`;
  return headers === undefined ? undefined : problemOfHeaders(headers);
}

function problemOfHeaders(headers: unknown): string | undefined {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers))
    return 'has headers that are not an object';
  const all = Object.entries(headers);
  if (all.length > mostHeaders) return `has ${all.length} headers, expected at most ${mostHeaders}`;
  const names = all.map(([name]) => name.toLowerCase());
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) return `has the header ${JSON.stringify(twice.slice(0, 100))} twice`;
  const bytes = all.reduce((sum, [name, value]) => sum + name.length + String(value).length, 0);
  if (bytes > mostBytes) return `has headers of ${bytes} bytes, expected at most ${mostBytes}`;
  return all.map(([name, value]) => problemOfHeader(name, value)).find((problem) => problem !== undefined);
}

function problemOfHeader(name: string, value: unknown): string | undefined {
  const why = reserved[name.toLowerCase()];
  if (why !== undefined) return `has the header ${name}, ${why}`;
  try {
    validateHeaderName(name);
    if (typeof value !== 'string') throw new TypeError('not a text');
    validateHeaderValue(name, value);
    return undefined;
  } catch {
    return `has the invalid header ${JSON.stringify(name.slice(0, 100))}`;
  }
}
