import assert from 'node:assert/strict';
import { Query } from '../../../../../../plugins/engine-api/http/Query.ts';
import {
  awaitsUpload,
  buildOptions,
  sessionBuild,
  uploadFor,
} from '../../../../../../plugins/engine-api/translate/image/build.ts';

const read = (query: Record<string, string>) =>
  buildOptions(new Query(new URLSearchParams(query).toString()));

describe('the query of POST /build', () => {
  it('is what the docker CLI sends', () => {
    const options = read({
      buildargs: '{"A":"b","UNSET":null}',
      cachefrom: '[]',
      cgroupparent: '',
      cpuperiod: '0',
      labels: '{"l":"1"}',
      memory: '67108864',
      memswap: '-1',
      networkmode: 'default',
      nocache: '1',
      rm: '1',
      shmsize: '0',
      t: 'shop:1',
      target: 'one',
      ulimits: '[{"Name":"nofile","Hard":2,"Soft":1}]',
      version: '1',
    });
    assert.deepEqual(options, {
      names: ['shop:1'],
      buildArgs: { A: 'b' },
      labels: { l: '1' },
      target: 'one',
      noCache: true,
      pull: false,
      network: 'default',
      limits: { memory: 67108864, memorySwap: -1, ulimits: [{ name: 'nofile', soft: 1, hard: 2 }] },
    });
  });

  it('may be empty, and null for empty maps', () => {
    const nothing = { names: [], buildArgs: {}, labels: {}, noCache: false, pull: false, limits: {} };
    assert.deepEqual(read({}), nothing);
    assert.deepEqual(
      read({ buildargs: 'null', labels: 'null', ulimits: 'null', cachefrom: 'null' }),
      nothing,
    );
  });

  it('has caches of registries', () => {
    const { cacheFrom, cacheTo } = read({
      cachefrom: '["a:1","type=registry,ref=b:1"]',
      cacheto: '["type=inline","type=registry,ref=c:1,mode=max"]',
    });
    assert.deepEqual(cacheFrom, ['a:1', 'b:1']);
    assert.deepEqual(cacheTo, [{ mode: 'min' }, { reference: 'c:1', mode: 'max' }]);
    for (const cacheto of ['["type=registry"]', '["type=inline,mode=all"]', '["type=inline,oci=1"]', '{}'])
      assert.throws(() => read({ cacheto }), { code: 'PCH_BAD_REQUEST' });
  });

  const refused: Record<string, string>[] = [
    { remote: 'https://example.org/a.git' },
    { squash: '1' },
    { outputs: '[{"Type":"local"}]' },
    { cachefrom: '["type=local,src=/a"]' },
    { cacheto: '["type=gha"]' },
    { securityopt: '["seccomp=unconfined"]' },
    { cgroupparent: '/x' },
  ];
  for (const query of refused)
    it(`is refused with ${JSON.stringify(query)}`, () => {
      assert.throws(() => read(query), { code: 'PCH_NOT_SUPPORTED' });
    });
});

describe('the query of POST /build?version=2', () => {
  const readSession = (query: Record<string, string>) =>
    sessionBuild(new Query(new URLSearchParams({ version: '2', ...query }).toString()));

  it('is what docker 20.10 sends', () => {
    const query = { session: 's', buildid: 'b', remote: 'client-session', t: 'a:1', cachefrom: '["c"]' };
    assert.deepEqual(readSession({ ...query, networkmode: 'none', buildargs: '{"A":"b"}' }), {
      session: 's',
      id: 'b',
      buildArgs: { A: 'b' },
      labels: {},
      extraHosts: {},
      noCache: false,
      pull: false,
      wishes: { network: 'none', limits: {} },
      cacheFrom: ['c'],
      names: ['a:1'],
    });
    assert.equal(readSession({ session: 's', remote: 'https://a/b.git' }).remote, 'https://a/b.git');
  });

  it('names the request that has its context', () => {
    const query = (text: string) => new Query(text);
    assert.ok(awaitsUpload(query('session=s&remote=upload-request&buildid=b')));
    assert.equal(readSession({ session: 's', remote: 'upload-request', buildid: 'b' }).remote, undefined);
    assert.equal(uploadFor(query('version=2&buildid=upload-request%3Ab')), 'b');
    assert.equal(uploadFor(query('version=2&buildid=b&remote=upload-request')), undefined);
  });

  it('is refused without a session', () => {
    assert.throws(() => readSession({}), { code: 'PCH_NOT_SUPPORTED' });
    assert.throws(() => readSession({ session: 's', outputs: '[{}]' }), { code: 'PCH_NOT_SUPPORTED' });
  });
});
