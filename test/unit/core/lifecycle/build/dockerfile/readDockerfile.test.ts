import assert from 'node:assert/strict';
import { readDockerfile } from '../../../../../../core/lifecycle/build/dockerfile/readDockerfile.ts';
import { hasCode } from '../../../../../../hooks/errors.ts';

const platformArgs = { BUILDPLATFORM: 'linux/amd64', TARGETARCH: 'amd64' };

function read(text: string, options: { buildArgs?: Record<string, string>; target?: string } = {}) {
  return readDockerfile(text, { buildArgs: options.buildArgs ?? {}, target: options.target, platformArgs });
}

const names = ({ bases }: ReturnType<typeof read>) => bases.map(({ reference }) => reference);

describe('what Pouch reads of a Dockerfile', () => {
  it('are the images of FROM, COPY --from and RUN --mount, each once', () => {
    const file = read(
      [
        'FROM debian:12 AS one',
        'COPY --from=tools:1 --chown=1:2 /a /b',
        'RUN --mount=type=bind,from=tools:2,target=/t true',
        'FROM one',
        'COPY --from=one /b /b',
        'COPY --from=0 /b /b',
        'FROM debian:12',
        'FROM scratch',
      ].join('\n'),
    );
    assert.deepEqual(names(file), ['debian:12', 'tools:1', 'tools:2']);
  });

  it('takes names of later stages for images', () => {
    assert.deepEqual(names(read('FROM two\nFROM one AS two')), ['two', 'one']);
  });

  it('replaces variables of FROM by ARG before it, and by those of the build', () => {
    const text =
      'ARG V=12\nARG IMAGE="debian:$V"\nFROM ${IMAGE}\nFROM ${X:-y}:${V:+set}\nFROM a-$TARGETARCH\nARG V=1';
    assert.deepEqual(names(read(text)), ['debian:12', 'y:set', 'a-amd64']);
    assert.deepEqual(names(read(text, { buildArgs: { V: '13', X: 'unknown' } })), [
      'debian:13',
      'y:set',
      'a-amd64',
    ]);
  });

  it('has the platforms of FROM', () => {
    const text =
      'FROM --platform=$BUILDPLATFORM a AS one\nFROM a\nFROM --platform=linux/$TARGETARCH a\nFROM a';
    assert.deepEqual(read(text).bases, [
      { reference: 'a', platform: 'linux/amd64' },
      { reference: 'a', platform: undefined },
    ]);
    const renamed = read(text).renamed(({ platform = 'own' }) => platform);
    assert.match(
      renamed,
      /^FROM --platform=\$BUILDPLATFORM linux\/amd64 AS one\nFROM own\nFROM .* linux\/amd64\nFROM own$/,
    );
  });

  it('ends with the stage that is built', () => {
    const text = 'FROM a AS one\nFROM b AS Two\nRUN x\nFROM c';
    assert.deepEqual(names(read(text, { target: 'one' })), ['a']);
    assert.deepEqual(names(read(text, { target: 'two' })), ['a', 'b']);
    assert.deepEqual(names(read(text, { target: '0' })), ['a']);
  });

  it('gives images other names, and changes nothing else', () => {
    const text = [
      '# syntax=docker/dockerfile:1',
      'ARG V=1',
      'from \\',
      '  deb:${V} as x',
      'COPY --from=deb:2 a b # deb:2',
      'RUN --mount=from=deb:1,target=/t echo deb:1',
      '',
    ].join('\r\n');
    const expected = text
      .replace('deb:${V}', '<deb:1>')
      .replace('--from=deb:2', '--from=<deb:2>')
      .replace('from=deb:1,', 'from=<deb:1>,');
    assert.equal(
      read(text).renamed(({ reference }) => `<${reference}>`),
      expected,
    );
  });

  const wrong: [string, string, string | undefined, RegExp][] = [
    ['is empty', '', undefined, /it has no FROM/],
    ['has no FROM', 'RUN true', undefined, /it has no FROM/],
    ['has FROM without an image', 'FROM', undefined, /FROM has no image/],
    ['has a variable without a value', 'FROM $X', undefined, /base name \(\$X\) should not be blank/],
    ['lacks the target', 'FROM a', 'b', /failed to reach build target b in Dockerfile/],
    ['has fewer stages', 'FROM a', '1', /failed to reach build target 1/],
  ];
  for (const [what, text, target, message] of wrong)
    it(`is refused if it ${what}`, () => {
      assert.throws(
        () => read(text, target === undefined ? {} : { target }),
        (error: Error) => hasCode(error, 'PCH_DOCKERFILE_INVALID') && message.test(error.message),
      );
    });
});
