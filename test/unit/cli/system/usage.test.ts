import assert from 'node:assert/strict';
import { usageDetails } from '../../../../cli/system/usageDetails.ts';
import { usageRows } from '../../../../cli/system/usageRows.ts';
import type {
  ContainerSummary,
  DiskUsageResponse,
  ImageSummary,
  VolumeWire,
} from '../../../../client/index.ts';

const image = (Id: string, Size: number, SharedSize: number, Containers: number): ImageSummary => ({
  Id: `sha256:${Id.repeat(64)}`,
  ParentId: '',
  RepoTags: [`${Id}:1`],
  RepoDigests: null,
  Created: Date.now() / 1000 - 7200,
  Size,
  SharedSize,
  Labels: null,
  Containers,
});

const container = (name: string, State: string, SizeRw: number): ContainerSummary => ({
  Id: 'c'.repeat(64),
  Names: [`/${name}`],
  Image: 'a:1',
  ImageID: '',
  Command: 'sh',
  Created: Date.now() / 1000,
  Ports: [],
  SizeRw,
  Labels: null,
  State,
  Status: 'Up 1 second',
  Mounts: [{ Type: 'volume', Name: 'data' }, { Type: 'bind' }] as ContainerSummary['Mounts'] & object,
});

const volume = (Name: string, Size: number, RefCount: number): VolumeWire => ({
  Name,
  Driver: 'local',
  Mountpoint: '',
  Labels: null,
  Scope: 'local',
  Options: null,
  UsageData: { Size, RefCount },
});

const usage: DiskUsageResponse = {
  LayersSize: 1500,
  Images: [image('a', 1000, 500, 2), image('b', 1000, 500, 0)],
  Containers: [container('web', 'running', 10), container('old', 'exited', 30)],
  Volumes: [volume('data', 100, 1), volume('free', 300, 0), volume('remote', -1, -1)],
  BuildCache: [],
};

describe('disk usage', () => {
  it('is what is used and what can be reclaimed, by kind', () => {
    assert.deepEqual(
      usageRows(usage).map((row) => Object.values(row)),
      [
        ['Images', '2', '1', '1.5kB', '1kB (66%)'],
        ['Containers', '2', '1', '40B', '30B (75%)'],
        ['Local Volumes', '3', '1', '400B', '300B (75%)'],
        ['Build Cache', '0', '0', '0B', '0B'],
      ],
    );
  });

  it('is empty without objects, and for parts that a daemon leaves out', () => {
    const rows = usageRows({
      LayersSize: 0,
      Images: null,
      Containers: null,
      Volumes: null,
      BuildCache: null,
    });
    assert.deepEqual([...new Set(rows.map(({ Size, Reclaimable }) => `${Size} ${Reclaimable}`))], ['0B 0B']);
  });

  it('has details of each object, N/A for what is not measured', () => {
    const { Images, Containers, Volumes } = usageDetails(usage);
    const [first] = Images;
    assert.deepEqual(
      [first?.Repository, first?.CreatedSince, first?.SharedSize, first?.UniqueSize, first?.Containers],
      ['a', '2 hours ago', '500B', '500B', '2'],
    );
    assert.deepEqual(
      Containers.map(({ Names, LocalVolumes, Size }) => [Names, LocalVolumes, Size]),
      [
        ['web', '1', '10B'],
        ['old', '1', '30B'],
      ],
    );
    assert.deepEqual(
      Volumes.map(({ Name, Links, Size }) => `${Name} ${Links} ${Size}`),
      ['data 1 100B', 'free 0 300B', 'remote N/A N/A'],
    );
  });
});
