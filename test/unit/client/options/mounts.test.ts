import assert from 'node:assert/strict';
import { parseMount } from '../../../../client/options/mounts.ts';

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
