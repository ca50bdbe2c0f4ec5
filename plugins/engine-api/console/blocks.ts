import type { PageBlock, PageValue, RenderedPage } from '../../../hooks/index.ts';
import { type Html, html, nothing } from './html.ts';
import { linkTo } from './links.ts';

type Block<Kind extends PageBlock['kind']> = Extract<PageBlock, { kind: Kind }>;
type Renderers = { [Kind in PageBlock['kind']]: (block: Block<Kind>, plugin: string) => Html };

/** The blocks of a page. @param plugin whose page it is */
export function blocksHtml({ plugin, blocks }: Pick<RenderedPage, 'plugin' | 'blocks'>): Html[] {
  return blocks.map((block) => {
    const render = renderers[block.kind] as (block: PageBlock, plugin: string) => Html;
    const heading = 'title' in block && block.title !== undefined ? html`<h2>${block.title}</h2>` : nothing;
    return html`<section>${heading}${render(block, plugin)}</section> `;
  });
}

const renderers: Renderers = {
  text: ({ text, state }) => html`<p>${stated(html`${text}`, state)}</p>`,
  preformatted: ({ text, title = 'Text' }) => scrolling(title, html`<pre>${text}</pre>`),
  facts: ({ facts }, plugin) =>
    html`<dl>
      ${facts.map(
        ({ name, value }) =>
          html`<dt>${name}</dt>
            <dd>${shown(value, plugin)}</dd>`,
      )}
    </dl>`,
  table: ({ columns, rows, title = 'Table', empty = 'None.' }, plugin) => {
    if (rows.length === 0) return html`<p>${empty}</p>`;
    const head = columns.map((column) => html`<th scope="col">${column}</th>`);
    const body = rows.map(
      (row) =>
        html`<tr>
          ${row.map((value) => html`<td${numeric(value)}>${shown(value, plugin)}</td>`)}
        </tr> `,
    );
    return scrolling(
      title,
      html`<table>
        <thead>
          <tr>
            ${head}
          </tr>
        </thead>
        <tbody>
          ${body}
        </tbody>
      </table>`,
    );
  },
  tiles: ({ tiles }, plugin) =>
    html`<dl class="tiles">
      ${tiles.map(
        ({ name, value }) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${shown(value, plugin)}</dd>
          </div>`,
      )}
    </dl>`,
  bars: ({ bars }) => html`<dl class="bars">${bars.map(bar)}</dl>`,
  links: ({ links }, plugin) =>
    html`<ul class="links">
      ${links.map(({ text, link }) => html`<li><a href="${linkTo(plugin, link)}">${text}</a></li>`)}
    </ul>`,
};

function bar({ name, value, of, text = `${value} of ${of}` }: Block<'bars'>['bars'][number]): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>
      <meter min="0" max="${of}" value="${Math.min(value, of)}" aria-label="${name}">${text}</meter> ${text}
    </dd>
  </div>`;
}

function shown(value: PageValue, plugin: string): Html {
  if (value === null || value === '') return html`–`;
  if (typeof value === 'boolean') return html`${value ? 'yes' : 'no'}`;
  if (typeof value !== 'object') return html`${value}`;
  const { text, state, link } = value;
  const inner = stated(html`${text}`, state);
  return link ? html`<a href="${linkTo(plugin, link)}">${inner}</a>` : inner;
}

/** Its sign is not only a colour. */
function stated(inner: Html, state: 'ok' | 'warning' | 'problem' | undefined): Html {
  return state === undefined ? inner : html`<span class="${state}">${inner}</span>`;
}

function numeric(value: PageValue): Html {
  const number = typeof value === 'object' && value !== null ? value.text : value;
  return typeof number === 'number' ? html` class="number"` : nothing;
}

/** What is too wide scrolls by itself, by the keyboard too. */
function scrolling(label: string, inner: Html): Html {
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0">${inner}</div>`;
}
