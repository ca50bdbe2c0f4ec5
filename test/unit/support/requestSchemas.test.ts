import assert from 'node:assert/strict';
import { requestProblems } from '../../clients/support/requestSchemas.ts';

describe('schemas of requests of the Engine API', () => {
  const cases: [operation: string, url: string, body: unknown, problems: RegExp | undefined][] = [
    [
      'POST /containers/create',
      '/containers/create?name=x',
      { Image: 'a', HostConfig: { Memory: 1 } },
      undefined,
    ],
    [
      'POST /containers/create',
      '/containers/create?nmae=x',
      { Image: 'a' },
      /^the query parameter nmae is unknown$/,
    ],
    ['POST /containers/create', '/containers/create', { Image: 7 }, /^\/Image must be string$/],
    [
      'POST /containers/create',
      '/containers/create',
      { HostConfig: { Memmory: 1 } },
      /^\/HostConfig\/Memmory is unknown$/,
    ],
    ['POST /containers/create', '/containers/create', { Colour: 'red' }, /^\/Colour is unknown$/],
    ['POST /containers/create', '/containers/create?Image=a', { Image: 'a', name: 'x' }, undefined],
    ['POST /exec/{id}/start', '/exec/x/start', { Detach: false, hijack: true }, undefined],
    ['GET /containers/json', '/v1.41/containers/json?all=1&filters=%7B%7D', undefined, undefined],
    ['GET /networks', '/networks?colour=red', undefined, /colour is unknown/],
  ];
  for (const [operation, url, body, expected] of cases)
    it(`${url} with ${JSON.stringify(body) ?? 'no body'} ${expected ? 'has a problem' : 'is as described'}`, () => {
      const problems = requestProblems(operation, url, body === undefined ? '' : JSON.stringify(body));
      if (expected) assert.match(problems.join('; '), expected);
      else assert.deepEqual(problems, []);
    });
});
