import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** What a browser needs, new for each `pouch web`. */
export interface Keys {
  /** In the address that is printed; exchanged for the cookie. */
  readonly token: string;
  /** Value of the cookie. */
  readonly session: string;
  /**
   * First part of each path, and the path of the cookie. A browser sends a cookie to every port of its host, so that a
   * server of another user of this host could collect it, if it knew the path.
   */
  readonly folder: string;
}

export type Verdict =
  | { readonly kind: 'refused'; readonly status: number; readonly why: string }
  /** It has the token: it gets the cookie. */
  | { readonly kind: 'redirect'; readonly to: string; readonly cookie: string }
  /** Path and query for pouchd. */
  | { readonly kind: 'forward'; readonly path: string };

const cookieName = 'pouch-web';
const consolePath = /^\/pouch\/console(\/[a-z0-9][a-z0-9-]*\/[a-z][a-z0-9-]*)?$/;
const openPrinted = 'open the address that `pouch web` has printed, with its token';

export function newKeys(): Keys {
  const secret = () => randomBytes(32).toString('base64url');
  return { token: secret(), session: secret(), folder: secret() };
}

type Request = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

/** Decides about a request. Every user of this host, and every web page in a browser, can send one. */
export function admit(request: Request, keys: Keys): Verdict {
  return fromElsewhere(request) ?? withKeys(request.url ?? '', request.headers.cookie, keys);
}

/** Why a request is refused whatever keys it has. */
function fromElsewhere({ method, url = '', headers }: Request): Verdict | undefined {
  if (method !== 'GET') return refused(405, 'only GET is possible: the console changes nothing');
  if (!url.startsWith('/')) return refused(400, 'expected a path in the request line');
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
  if (hasBody) return refused(400, 'expected a request without a body');
  const { host = '', origin, 'sec-fetch-site': site } = headers;
  // By another name a page could read responses whose DNS resolves it to this host. Tunnels have other ports.
  if (!/^(127\.0\.0\.1|localhost)(:\d{1,5})?$/.test(host))
    return refused(403, `expected 127.0.0.1 or localhost as the host, found "${host.slice(0, 100)}"`);
  if (origin !== undefined && origin !== `http://${host}`)
    return refused(403, 'the request comes from another web page');
  if (site !== undefined && site !== 'none' && site !== 'same-origin')
    return refused(403, `the request comes from another web page; ${openPrinted}`);
  return undefined;
}

function withKeys(target: string, cookies: string | undefined, { token, session, folder }: Keys): Verdict {
  const { pathname, searchParams, search } = new URL(`http://pouch${target}`);
  if (pathname === '/') {
    if (!isSame(searchParams.get('token'), token)) return refused(401, openPrinted);
    const cookie = `${cookieName}=${session}; Path=/${folder}/; HttpOnly; SameSite=Strict`;
    return { kind: 'redirect', to: `/${folder}/pouch/console`, cookie };
  }
  const [, first = ''] = pathname.split('/');
  if (!isSame(first, folder) || !isSame(cookieOf(cookies), session)) return refused(401, openPrinted);
  const path = pathname.slice(first.length + 1);
  if (!consolePath.test(path)) return refused(404, 'the console has no such page');
  return { kind: 'forward', path: `${path}${search}` };
}

function cookieOf(header = ''): string | undefined {
  const found = header.split(/; */).find((each) => each.startsWith(`${cookieName}=`));
  return found?.slice(cookieName.length + 1);
}

/** Takes as long whatever they have in common. */
function isSame(given: string | null | undefined, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given ?? ''), digest(expected));
}

function refused(status: number, why: string): Verdict {
  return { kind: 'refused', status, why };
}
