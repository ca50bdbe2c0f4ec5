import assert from 'node:assert/strict';
import { filterImages } from '../../../../../plugins/engine-api/translate/image/filter.ts';
import {
  familiar,
  joinReference,
  repoDigests,
  repositoryOf,
  repoTags,
} from '../../../../../plugins/engine-api/translate/image/reference.ts';
import {
  toHistory,
  toImageInspect,
  toImageSummary,
} from '../../../../../plugins/engine-api/translate/image/views.ts';
import { fakeImage } from '../../../../support/fake/images.ts';

const debian = fakeImage('debian:bookworm', { Labels: { os: 'debian' } });
const app = fakeImage('localhost:5000/team/app:1.0');
const dangling = { ...fakeImage('old'), references: [] };

describe('images in Docker’s form', () => {
  const familiarNames: [string, string][] = [
    ['docker.io/library/debian:bookworm', 'debian:bookworm'],
    ['docker.io/foo/bar:1', 'foo/bar:1'],
    ['localhost:5000/team/app:1.0', 'localhost:5000/team/app:1.0'],
  ];
  for (const [full, short] of familiarNames)
    it(`${full} is ${short}`, () => assert.equal(familiar(full), short));

  it('distinguishes a tag’s colon from a port’s', () => {
    assert.equal(repositoryOf('localhost:5000/app'), 'localhost:5000/app');
    assert.equal(repositoryOf('localhost:5000/app:1'), 'localhost:5000/app');
    assert.equal(repositoryOf('app@sha256:ab'), 'app');
  });

  it('joins name and tag or digest', () => {
    assert.equal(joinReference('app', '1'), 'app:1');
    assert.equal(joinReference('app', 'sha256:ab'), 'app@sha256:ab');
    assert.equal(joinReference('app:1', undefined), 'app:1');
  });

  it('lists tags and digests', () => {
    assert.deepEqual(repoTags(debian), ['debian:bookworm']);
    assert.deepEqual(repoDigests(debian), [`debian@${debian.target.digest}`]);
  });

  it('sends VirtualSize only to clients before 1.44', () => {
    assert.equal(toImageSummary(debian, [5, 7], 43).VirtualSize, 12);
    assert.equal('VirtualSize' in toImageSummary(debian, [], 44), false);
    assert.equal(toImageInspect(debian, [], 40).VirtualSize, debian.size);
  });

  it('shows <none> for an image without a name to old clients', () => {
    assert.deepEqual(toImageSummary(dangling, [], 43).RepoTags, ['<none>:<none>']);
    assert.deepEqual(toImageSummary(dangling, [], 47).RepoTags, []);
  });

  it('measures layers as they are on the disk, and compressed ones of an image that is not unpacked', () => {
    assert.equal(toImageSummary(debian, [5, 7], 47).Size, 12);
    assert.equal(toImageInspect(debian, [5, 7], 47).Size, 12);
    assert.equal(toImageSummary(debian, [], 47).Size, debian.size);
    const steps = [
      { created_by: 'RUN x', layer: debian.layers[0] },
      { empty_layer: true },
      { created_by: 'ADD y' },
    ];
    const sizes = toHistory(debian, [5, 7], steps).map(({ Size }) => Size);
    assert.deepEqual(sizes, [7, 0, 5]);
  });

  it('lists the history newest first', () => {
    const steps = (debian.config.history ?? []).toReversed();
    const entries = steps.map((entry) => ({ ...entry, layer: debian.layers[0] }));
    const history = toHistory(debian, [], entries);
    assert.deepEqual(
      history.map(({ Id, Size }) => [Id, Size]),
      [
        [debian.id, 0],
        ['<missing>', 2_000_000],
      ],
    );
  });

  const filters: [Record<string, string[]>, number][] = [
    [{}, 3],
    [{ reference: ['debian'] }, 1],
    [{ reference: ['debian:book*'] }, 1],
    [{ reference: ['deb*'] }, 1],
    [{ reference: ['docker.io/library/debian'] }, 1],
    [{ reference: ['localhost:5000/team/*'] }, 1],
    [{ reference: ['nosuch', 'debian'] }, 1],
    [{ reference: ['app'] }, 0],
    [{ dangling: ['true'] }, 1],
    [{ dangling: ['false'] }, 2],
    [{ label: ['os=debian'] }, 1],
    [{ label: ['os', 'arch'] }, 0],
  ];
  for (const [filter, count] of filters)
    it(`${JSON.stringify(filter)} keeps ${count}`, () =>
      assert.equal(filterImages([debian, app, dangling], filter).length, count));

  it('shows only the names that a reference filter matches', () => {
    const both = { ...debian, references: [...debian.references, 'docker.io/foo/bar:1'] };
    assert.deepEqual(filterImages([both], { reference: ['foo/*'] })[0]?.references, ['docker.io/foo/bar:1']);
  });

  it('reports an unknown filter', () =>
    assert.throws(() => filterImages([], { size: ['1'] }), /invalid filter 'size'/));
});
