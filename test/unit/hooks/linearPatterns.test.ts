import assert from 'node:assert/strict';
import { linearPatterns } from '../../../hooks/linearPatterns.ts';

describe('regular expressions of clients', () => {
  const find = (pattern: string, text: string) => linearPatterns('filter name', [pattern])(text);

  it('occur in a text, as in Go', () => {
    assert.ok(find('eb', '/web'));
    assert.ok(find('^/?web-[0-9]+$', 'web-12'));
    assert.ok(!find('^eb', 'web'));
    assert.ok(find('', 'anything'));
    assert.ok(linearPatterns('filter name', ['no', 'w.b'])('web'));
    assert.ok(!linearPatterns('filter name', [])('web'));
  });

  for (const pattern of ['^(a+)+$', '(a|a)*b$', '(a?){40}a{40}b', '(.*a){30}b', `${'.*'.repeat(100)}x`])
    it(`compares ${pattern.slice(0, 20)} in time linear in the text`, () => {
      const matches = linearPatterns('filter name', [pattern]);
      const started = performance.now();
      matches(`${'a'.repeat(10_000)}!`);
      assert.ok(performance.now() - started < 5000);
    });

  const refused: [what: string, patterns: string[], message: RegExp][] = [
    ['an open group', ['a('], /filter name: expected a regular expression, found "a\("/],
    ['a lookahead', ['(?=a)a'], /expected a regular expression/],
    ['a backreference', [String.raw`(a)\1`], /expected a regular expression/],
    ['a long expression', ['a.'.repeat(200)], /at most 256 characters, found 400/],
    ['a large program', ['(.?){250}'], /at most 512 instructions of RE2, found \d+/],
    ['large programs together', Array<string>(40).fill('(.?){10}'), /at most 512 instructions/],
    ['repetitions of repetitions', ['((a{100}){100}){100}'], /expected a regular expression/],
  ];
  for (const [what, patterns, message] of refused)
    it(`refuses ${what}`, () => {
      assert.throws(() => linearPatterns('filter name', patterns), { code: 'PCH_OPTION_INVALID', message });
    });

  it('takes many names without special characters', () => {
    const names = Array.from({ length: 500 }, (_, index) => `container-${index}`);
    assert.ok(linearPatterns('filter name', names)('/container-499'));
  });
});
