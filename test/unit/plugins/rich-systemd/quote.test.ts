import assert from 'node:assert/strict';
import { splitEnvironment } from '../../../../plugins/rich-systemd/environment.ts';
import { quoteArgument, quoteWord } from '../../../../plugins/rich-systemd/quote.ts';

describe('rich-systemd: quoting', () => {
  for (const [text, word] of [
    ['plain', '"plain"'],
    ['', '""'],
    ['a b', '"a b"'],
    ['say "hi"', String.raw`"say \"hi\""`],
    ["it's", '"it\'s"'],
    ['C:\\dir', String.raw`"C:\\dir"`],
    ['100%', '"100%%"'],
    ['two\nlines\tand a tab', String.raw`"two\nlines\tand a tab"`],
    ['\u001b[1m\r', String.raw`"\x1b[1m\x0d"`],
    ['ü€😀', '"ü€😀"'],
    ['; # not a comment', '"; # not a comment"'],
    ['$HOME', '"$HOME"'],
  ] as const) {
    it(`writes ${JSON.stringify(text)}`, () => {
      assert.equal(quoteWord(text), word);
    });
  }

  it('prevents systemd from expanding $ in a command line', () => {
    assert.equal(quoteArgument('echo $HOME ${X} 5%'), '"echo $$HOME $${X} 5%%"');
  });
});

describe('rich-systemd: environment', () => {
  it('sets in the unit what systemd accepts', () => {
    assert.deepEqual(splitEnvironment({ A: '1', _b2: 'x\ny' }), {
      settings: ['Environment="A=1"', String.raw`Environment="_b2=x\ny"`],
      forEnvCommand: [],
    });
  });

  it('passes other names and control characters by env(1), so that none is lost', () => {
    assert.deepEqual(splitEnvironment({ 'a.b': '1', 'c-d': '2', '9': '3', ESC: '\u001b' }), {
      settings: [],
      forEnvCommand: ['9=3', 'a.b=1', 'c-d=2', 'ESC=\u001b'],
    });
  });
});
