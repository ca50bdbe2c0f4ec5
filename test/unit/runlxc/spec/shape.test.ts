import { doesNotThrow, throws } from 'node:assert/strict';
import { checkShape, specShape } from '../../../../runlxc/spec/shape.ts';

const check = (value: unknown) => {
  checkShape(value, specShape, '');
};

describe('the types of config.json', () => {
  it('allow unknown fields and null', () => {
    doesNotThrow(() => {
      check({ ociVersion: '1.0.2', windows: {}, hooks: null, process: { args: null, odd: 1 } });
    });
  });

  for (const [value, message] of [
    [{}, 'ociVersion is missing'],
    [[], 'the document must be an object, found a list'],
    [{ ociVersion: '1.0.2', process: { cwd: 5 } }, 'process.cwd must be a string, found number'],
    [{ ociVersion: '1.0.2', process: { args: ['a', 1] } }, 'process.args[1] must be a string, found number'],
    [
      { ociVersion: '1.0.2', linux: { resources: { memory: { limit: '64m' } } } },
      'linux.resources.memory.limit must be an integer, found string',
    ],
    [{ ociVersion: '1.0.2', mounts: [{ type: 'proc' }] }, 'mounts[0].destination is missing'],
    [
      { ociVersion: '1.0.2', hooks: { prestart: [{ path: '/a', timeout: 1.5 }] } },
      'hooks.prestart[0].timeout must be an integer, found number',
    ],
    [{ ociVersion: '1.0.2', annotations: { a: 1 } }, 'annotations.a must be a string, found number'],
  ] as const)
    it(`refuse with: ${message}`, () => {
      throws(
        () => {
          check(value);
        },
        { message },
      );
    });
});
