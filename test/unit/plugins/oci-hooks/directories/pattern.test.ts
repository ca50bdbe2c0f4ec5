import assert from 'node:assert/strict';
import { fits, patternProblem } from '../../../../../plugins/oci-hooks/directories/pattern.ts';

describe('patterns of OCI hook files', () => {
  const rows: [string, string, boolean][] = [
    ['.*/init$', '/sbin/init', true],
    ['.*/init$', '/sbin/init2', false],
    ['^com\\.example\\.department$', 'com.example.department', true],
    ['^com\\.example\\.department$', 'com-example.department', false],
    ['', 'anything', true],
    ['^(a|b)+$', 'abba', true],
    ['^[[:alpha:]_][[:alnum:]_]*$', 'a1', true],
    ['^[[:alpha:]_][[:alnum:]_]*$', '1a', false],
    ['^[^[:space:]]+$', 'a b', false],
    ['^[]x]+$', ']x', true],
    ['^[^]x]+$', 'ab', true],
    ['^[[x]+$', '[x', true],
    ['^[\\]x]+$', ']x', true],
    ['\\[x\\]', '[x]', true],
    ['^[!-~]{2}$', 'a]', true],
    ['^[[:punct:]]+$', '[]-!', true],
  ];
  for (const [pattern, text, expected] of rows)
    it(`${pattern} ${expected ? 'fits' : 'does not fit'} ${text}`, () => {
      assert.equal(patternProblem(pattern), undefined);
      assert.equal(fits(pattern, text), expected);
    });

  for (const pattern of ['(', '[a', '[[:letter:]]', '*a', 'a'.repeat(1025)])
    it(`${pattern.slice(0, 20)} is refused`, () => {
      assert.match(patternProblem(pattern) ?? '', /^expected (a regular expression|at most 1024)/);
    });

  it('takes no exponential time', () => {
    assert.ok(!fits('^(a+)+$', `${'a'.repeat(60)}!`));
    assert.ok(fits('^(a+)+$', 'aaa'));
  });
});
