import assert from 'node:assert/strict';
import { formatPath, parsePath } from '../../../config/path.ts';
import { nearest } from '../../../config/suggest.ts';

describe('the nearest word', () => {
  const known = ['root', 'state', 'stopTimeout', 'network.mtu', 'maxFile', 'dns', 'dnsSearch'];
  const rows: readonly (readonly [word: string, meant: string | undefined])[] = [
    ['rooot', 'root'],
    ['Root', 'root'],
    ['stop_timeout', 'stopTimeout'],
    ['stop-timeuot', 'stopTimeout'],
    ['stopTime', 'stopTimeout'],
    ['networkMtu', 'network.mtu'],
    ['max_files', 'maxFile'],
    ['dn', 'dns'],
    ['dnssearch', 'dnsSearch'],
    ['xyzzy', undefined],
    ['', undefined],
  ];
  for (const [word, meant] of rows) {
    it(`to "${word}" is ${meant ?? 'undefined'}`, () => assert.equal(nearest(word, known), meant));
  }
});

describe('a path', () => {
  const rows: readonly (readonly [text: string, segments: readonly (string | number)[]])[] = [
    ['root', ['root']],
    ['log.level', ['log', 'level']],
    ['plugins[0].options.entries', ['plugins', 0, 'options', 'entries']],
    ['registries.mirrors["docker.io"][1]', ['registries', 'mirrors', 'docker.io', 1]],
    ['plugins[0].options["a\\"b]"]', ['plugins', 0, 'options', 'a"b]']],
  ];
  for (const [text, segments] of rows) {
    it(`${text} is parsed and formatted`, () => {
      assert.deepEqual(parsePath(text), segments);
      assert.equal(formatPath(segments), text);
    });
  }

  it('may be a JSON pointer', () => {
    assert.deepEqual(parsePath('/plugins/0/options/a~1b~0c/x.y'), [
      'plugins',
      '0',
      'options',
      'a/b~c',
      'x.y',
    ]);
  });
});
