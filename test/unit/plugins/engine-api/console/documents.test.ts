import assert from 'node:assert/strict';
import { html } from '../../../../../plugins/engine-api/console/html.ts';
import { pageDocument } from '../../../../../plugins/engine-api/console/documents.ts';
import type { PageBlock } from '../../../../../hooks/index.ts';

const evil = `"'><script>&\u0000\u001b`;
const value = { text: evil, state: 'problem' as const, link: { page: 'a/b', query: { [evil]: evil } } };
const every: PageBlock[] = [
  { kind: 'text', text: evil },
  { kind: 'preformatted', title: evil, text: evil },
  { kind: 'facts', title: evil, facts: [{ name: evil, value }] },
  { kind: 'table', title: evil, columns: [evil], rows: [[value], [evil]] },
  { kind: 'table', columns: ['a'], rows: [], empty: evil },
  { kind: 'tiles', title: evil, tiles: [{ name: evil, value }] },
  { kind: 'bars', title: evil, bars: [{ name: evil, value: 2, of: 1, text: evil }] },
  { kind: 'links', title: evil, links: [{ text: evil, link: value.link }] },
];

describe('documents of the console', () => {
  const info = { plugin: 'a', name: 'b', title: evil, doc: evil, listed: true };
  const frame = {
    pages: [info],
    place: 'page' as const,
    current: { plugin: 'a', name: 'b' },
    query: { [evil]: evil },
    version: evil,
  };
  const text = pageDocument(frame, { ...info, blocks: every });

  it('escape every text, in elements and attributes', () => {
    assert.equal(text.match(/<script/g), null);
    assert.equal(text.match(/[\u0000\u001b]/g), null);
    assert.ok(text.includes('&quot;&#39;&gt;&lt;script&gt;&amp;\ufffd\ufffd'));
    const tags = [...text.matchAll(/<\/?([a-z0-9]+)/g)].map(([, name]) => name);
    const expected =
      'html head meta title style body a nav h2 ul li main h1 p section div pre dl dt dd span table thead tr th tbody td meter footer';
    assert.deepEqual(
      [...new Set(tags)].filter((name) => !expected.split(' ').includes(name!)),
      [],
    );
  });

  it('links are relative, with an encoded query', () => {
    const links = [...text.matchAll(/href="([^"]*)"/g)].map(([, href]) => href!);
    for (const href of links)
      assert.match(href, /^(#main|\.\.\/\.\.\/console|\.\.\/[a-z]+\/[a-z]+(\?[\w%.*+=&;-]*)?)$/);
  });

  it('a state is more than a colour, a table has headings, what scrolls can be reached by the keyboard', () => {
    assert.match(text, /<span class="problem">/);
    assert.match(text, /\.problem::before \{ content:/);
    assert.match(text, /<th scope="col">/);
    assert.match(text, /<div class="scroll" role="region" aria-label="[^"]+" tabindex="0">/);
    assert.match(text, /<html lang="en">/);
    assert.match(text, /<a class="skip" href="#main">/);
  });

  it('preformatted text stays as it is', () => {
    const block: PageBlock = { kind: 'preformatted', text: '  a\n\n b' };
    assert.match(pageDocument(frame, { ...info, blocks: [block] }), /<pre>  a\n\n b<\/pre>/);
  });

  it('a template escapes values, and not what was built by another', () =>
    assert.equal(
      html`<p title="${'"'}">${html`<b>${'<'}</b>`}${[html`<i></i>`]}${1}</p>`.text,
      '<p title="&quot;"><b>&lt;</b><i></i>1</p>',
    ));
});
