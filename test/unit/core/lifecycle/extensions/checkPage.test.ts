import assert from 'node:assert/strict';
import { checkPage } from '../../../../../core/lifecycle/extensions/checkPage.ts';
import type { PageBlock } from '../../../../../hooks/index.ts';

const all: PageBlock[] = [
  { kind: 'text', text: 'a', state: 'ok' },
  { kind: 'preformatted', title: 'Log', text: 'a\nb' },
  { kind: 'facts', facts: [{ name: 'a', value: null }] },
  {
    kind: 'table',
    columns: ['a', 'b'],
    rows: [[1, { text: 'x', state: 'problem', link: { page: 'other/one', query: { id: '1' } } }]],
    empty: 'none',
  },
  { kind: 'tiles', tiles: [{ name: 'a', value: true }] },
  { kind: 'bars', bars: [{ name: 'a', value: 0, of: 1, text: '0 of 1' }] },
  { kind: 'links', links: [{ text: 'a', link: { page: 'one' } }] },
];
const one = (block: object) => ({ blocks: [block] });
const link = (page: unknown) => one({ kind: 'links', links: [{ text: 'a', link: { page } }] });

describe('the content of a console page', () => {
  it('may have every block, and is a copy', () => {
    const content = { title: 'a', blocks: all };
    assert.deepEqual(checkPage(content), content);
    assert.notEqual(checkPage(content).blocks, all);
    assert.deepEqual(checkPage({ blocks: [] }), { blocks: [] });
  });

  const circle: { blocks: unknown[] } = { blocks: [] };
  circle.blocks.push(circle);
  const refused: [string, unknown, RegExp][] = [
    ['nothing', undefined, /must be an object with a list of `blocks`/],
    ['a text', '<b>', /must be an object with a list of `blocks`/],
    ['blocks that are no list', { blocks: {} }, /must be an object with a list of `blocks`/],
    ['another field', { blocks: [], html: '' }, /has the unknown field `html`/],
    ['a title that is a number', { blocks: [], title: 1 }, /has a `title` that is not text/],
    ['a block that is null', { blocks: [null] }, /`blocks\[0\]\.kind` must be one of text, /],
    ['a kind of a prototype', one({ kind: 'constructor' }), /`blocks\[0\]\.kind` must be one of/],
    ['a field that a block has not', one({ kind: 'text', text: 'a', html: 'b' }), /`blocks\[0\]\.html`/],
    [
      'a number that JSON lacks',
      one({ kind: 'facts', facts: [{ name: 'a', value: NaN }] }),
      /`blocks\[0\]\.facts\[0\]\.value`/,
    ],
    [
      'a bar of nothing',
      one({ kind: 'bars', bars: [{ name: 'a', value: 1, of: 0 }] }),
      /`blocks\[0\]\.bars\[0\]\.of`/,
    ],
    [
      'a row that is too short',
      one({ kind: 'table', columns: ['a', 'b'], rows: [[1]] }),
      /with 1 values, expected 2/,
    ],
    ['a link to a URL', link('https://evil.example'), /link\.page`/],
    ['a link to a script', link('javascript:alert(1)'), /link\.page`/],
    ['a link upwards', link('../../info'), /link\.page`/],
    ['a function', one({ kind: 'text', text: () => 'a' }), /`blocks\[0\]\.text`/],
    [
      '51 blocks',
      { blocks: new Array(51).fill({ kind: 'text', text: 'a' }) },
      /has 51 blocks, expected at most 50/,
    ],
    ['more than 1 MiB', one({ kind: 'text', text: 'ä'.repeat(600_000) }), /is larger than 1 MiB/],
    ['many small values', { blocks: new Array(70_000).fill(0) }, /is larger than 1 MiB/],
    ['a circle', circle, /is nested deeper than 64 levels|larger than 1 MiB/],
  ];
  for (const [what, content, message] of refused)
    it(`${what} is refused`, () => {
      assert.throws(() => checkPage(content), { code: 'PCH_PLUGIN_CONTRACT', message });
    });

  it('a flood costs no more than its limit', () => {
    const began = performance.now();
    assert.throws(() => checkPage(one({ kind: 'table', columns: ['a'], rows: new Array(5e6).fill(['x']) })));
    assert.ok(performance.now() - began < 3000);
  });
});
