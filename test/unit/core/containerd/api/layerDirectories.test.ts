import assert from 'node:assert/strict';
import { layerDirectories } from '../../../../../core/containerd/api/layerDirectories.ts';

describe('the layers in the mounts of a snapshot', () => {
  const mount = (type: string, options: string[] = []) => ({ type, source: '/a', target: '', options });

  it('are found top first', () => {
    const overlay = mount('overlay', ['workdir=/w', 'upperdir=/c', 'lowerdir=/b:/a\\:x']);
    assert.deepEqual(layerDirectories([overlay]), ['/c', '/b', '/a:x']);
    assert.deepEqual(layerDirectories([mount('overlay', ['ro', 'lowerdir=/b'])]), ['/b']);
    assert.deepEqual(layerDirectories([mount('bind')]), ['/a']);
  });

  it('are not known of other snapshotters', () => {
    assert.equal(layerDirectories([mount('ext4')]), undefined);
    assert.equal(layerDirectories([]), undefined);
  });
});
