import assert from 'node:assert/strict';
import { Query } from '../../../../../../plugins/engine-api/http/Query.ts';
import { buildOptions } from '../../../../../../plugins/engine-api/translate/image/build.ts';

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

  const refused: Record<string, string>[] = [
    { version: '2' },
    { remote: 'https://example.org/a.git' },
    { squash: '1' },
    { outputs: '[{"Type":"local"}]' },
    { cachefrom: '["a"]' },
    { securityopt: '["seccomp=unconfined"]' },
    { cgroupparent: '/x' },
  ];
  for (const query of refused)
    it(`is refused with ${JSON.stringify(query)}`, () => {
      assert.throws(() => read(query), { code: 'PCH_NOT_SUPPORTED' });
    });
});
