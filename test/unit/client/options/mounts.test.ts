import assert from 'node:assert/strict';
import { parseMount, splitCsv } from '../../../../client/options/mounts.ts';

describe('comma-separated fields', () => {
  const cases: [text: string, fields: string[]][] = [
    ['a,b', ['a', 'b']],
    ['a,,b,', ['a', '', 'b', '']],
    ['a,"b,c",d', ['a', 'b,c', 'd']],
    ['"a ""b"""', ['a "b"']],
  ];
  for (const [text, fields] of cases) it(text, () => assert.deepEqual(splitCsv(text), fields));
});

describe('--mount', () => {
  it('accepts every key', () => {
    assert.deepEqual(
      parseMount('type=bind,src=/a,dst=/b,ro,bind-propagation=rslave,bind-nonrecursive=true'),
      {
        Type: 'bind',
        Source: '/a',
        Target: '/b',
        ReadOnly: true,
        BindOptions: { Propagation: 'rslave', NonRecursive: true },
      },
    );
    assert.deepEqual(
      parseMount(
        'source=v,target=/b,readonly=false,volume-nocopy,volume-label=a=b,volume-driver=local,"volume-opt=o=x,y"',
      ),
      {
        Type: 'volume',
        Source: 'v',
        Target: '/b',
        ReadOnly: false,
        VolumeOptions: {
          NoCopy: true,
          Labels: { a: 'b' },
          DriverConfig: { Name: 'local', Options: { o: 'x,y' } },
        },
      },
    );
  });
});
