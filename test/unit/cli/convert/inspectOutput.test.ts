import assert from 'node:assert/strict';
import { inspectOutput } from '../../../../cli/convert/inspectOutput.ts';

const container = { Id: 'c', Name: '/web', Config: {}, HostConfig: {} };
const image = { Id: 'i', RepoTags: ['a:1'], Config: { Cmd: ['sh'] } };
const network = { Name: 'shop', Id: 'n', IPAM: {} };
const volume = { Name: 'data', Mountpoint: '/data' };
const read = (value: unknown) => inspectOutput('f.json', JSON.stringify(value));

describe('the output of docker inspect', () => {
  it('is a list or one object, with what the containers use', () => {
    assert.deepEqual(read(container)?.Containers, [container]);
    assert.deepEqual(read([network, container, image, volume]), {
      Containers: [container],
      Images: { i: { Cmd: ['sh'] } },
      Networks: [network],
      Volumes: [volume],
    });
  });

  it('is not a compose file', () => {
    for (const text of ['services: {}', '{"services":{}}', '', 'null', '[{', '# a'])
      assert.equal(inspectOutput('f', text), undefined, text);
  });

  for (const [what, value, expected] of [
    ['an empty list', [], /found none/],
    ['no container', [image], /found an object with the keys Id, RepoTags, Config/],
    ['another object', [container, { a: 1 }], /found an object with the keys a/],
    ['an empty object', [{}], /found an empty object/],
    ['a number', [1], /found 1/],
    ['a name that is not a text', { ...container, Name: 1 }, /found an object with the keys Id, Name/],
  ] as const)
    it(`is refused with ${what}`, () =>
      assert.throws(() => read(value), { code: 'PCH_OPTION_INVALID', message: expected }));
});
