import assert from 'node:assert/strict';
import { admit, newKeys } from '../../../../cli/web/admit.ts';

const keys = newKeys();
const cookie = `pouch-web=${keys.session}`;
const ask = (url: string, headers: Record<string, string> = {}, method = 'GET') => {
  const verdict = admit({ method, url, headers: { host: '127.0.0.1:80', cookie, ...headers } }, keys);
  return verdict.kind === 'refused' ? verdict.status : verdict.kind;
};

describe('pouch web admits', () => {
  it('documents of the console, with the query as it is', () => {
    const url = `/${keys.folder}/pouch/console/a/b?x=%2F&y=1#z`;
    const headers = { host: 'localhost', cookie: `a=b; ${cookie};c=d` };
    assert.deepEqual(admit({ method: 'GET', url, headers }, keys), {
      kind: 'forward',
      path: '/pouch/console/a/b?x=%2F&y=1',
    });
  });

  it('keys are long, and differ', () => {
    const all = [...Object.values(keys), ...Object.values(newKeys())];
    assert.equal(new Set(all).size, 6);
    for (const key of all) assert.match(key, /^[\w-]{43}$/);
  });

  const own = `/${keys.folder}/pouch/console`;
  const cases: [string, number | string, () => unknown][] = [
    ['the token', 'redirect', () => ask(`/?token=${keys.token}`)],
    ['no token', 401, () => ask('/')],
    ['the token at another path', 401, () => ask(`/x?token=${keys.token}`)],
    ['an absolute URL', 400, () => ask(`http://127.0.0.1${own}`)],
    ['an authority', 400, () => ask('127.0.0.1:80')],
    ['another method', 405, () => ask(own, {}, 'POST')],
    ['a body', 400, () => ask(own, { 'content-length': '1' })],
    ['a body of no length', 'forward', () => ask(own, { 'content-length': '0' })],
    ['a length that is text', 400, () => ask(own, { 'content-length': 'x' })],
    ['another host', 403, () => ask(own, { host: 'pouch.example' })],
    ['a host that begins like this one', 403, () => ask(own, { host: '127.0.0.1.example' })],
    ['another cookie', 401, () => ask(own, { cookie: 'pouch-web=x' })],
    ['the cookie as a part of another', 401, () => ask(own, { cookie: `x${cookie}` })],
    ['a path behind the console', 404, () => ask(`${own}/a/b/c`)],
    ['a path of the API', 404, () => ask(`/${keys.folder}/info`)],
    ['a path upwards', 404, () => ask(`${own}/../plugins`)],
    ['an encoded slash', 404, () => ask(`${own}/a/b%2f..`)],
  ];
  for (const [what, expected, run] of cases) it(`${what}: ${expected}`, () => assert.equal(run(), expected));
});
