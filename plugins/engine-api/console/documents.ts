import type { ErrorResponse } from '../../../client/wire.ts';
import type { PageInfo, RenderedPage } from '../../../hooks/index.ts';
import { blocksHtml } from './blocks.ts';
import { type Html, html, nothing } from './html.ts';
import { linkToIndex, linkToPage, type Place } from './links.ts';
import { styleElement } from './style.ts';

/** What is around the content of each document. */
export interface Frame {
  /** Of all plugins, for the menu. */
  readonly pages: readonly PageInfo[];
  readonly place: Place;
  /** The page that is shown. */
  readonly current?: { readonly plugin: string; readonly name: string };
  /** Seconds after which the browser loads it again. */
  readonly refresh?: number | undefined;
  /** Of the page, without those of the console. */
  readonly query: Readonly<Record<string, string>>;
  /** Of pouchd. */
  readonly version: string;
}

/** All pages by plugin. */
export function indexDocument(frame: Frame): string {
  const groups = byPlugin(frame.pages).map(([plugin, pages]) => {
    const items = pages.map(
      ({ name, title, doc }) =>
        html`<dt><a href="${linkToPage(frame.place, plugin, name)}">${title}</a></dt>
          <dd>${doc}</dd>`,
    );
    return html`<section>
      <h2>${plugin}</h2>
      <dl>${items}</dl>
    </section> `;
  });
  const none = html`<p>No active plugin has pages.</p>`;
  return document(
    frame,
    'Pouch',
    html`<h1>Pouch</h1>
      ${groups.length > 0 ? groups : none}`,
  );
}

export function pageDocument(frame: Frame, page: RenderedPage): string {
  const { title, doc, plugin } = page;
  const head = html`<h1>${title}</h1>
    <p class="doc">${doc} By plugin ${plugin}.</p>`;
  return document(frame, title, html`${head}${blocksHtml(page)}`);
}

/** In place of a page that does not exist, or failed. */
export function errorDocument(
  frame: Frame,
  { message, code = '', hint, plugin }: ErrorResponse,
  status: number,
): string {
  const title = status === 404 ? 'Page not found' : 'This page cannot be shown';
  const facts = [
    ...(plugin === undefined
      ? []
      : [
          html`<dt>Plugin</dt>
            <dd>${plugin}</dd>`,
        ]),
    html`<dt>Code</dt>
      <dd>${code}</dd>`,
    ...(hint === undefined
      ? []
      : [
          html`<dt>Hint</dt>
            <dd>${hint}</dd>`,
        ]),
  ];
  return document(
    frame,
    title,
    html`<h1>${title}</h1>
      <section role="alert">
        <p><span class="problem">${message}</span></p>
        <dl>${facts}</dl>
      </section>`,
  );
}

function document(frame: Frame, title: string, content: Html): string {
  const { refresh, version } = frame;
  const meta = refresh === undefined ? nothing : html`<meta http-equiv="refresh" content="${refresh}" />`;
  return `<!doctype html>\n${
    html`<html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${title}${title === 'Pouch' ? '' : ' – Pouch'}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        ${meta} ${styleElement}
      </head>
      <body>
        <a class="skip" href="#main">Skip to the page</a>
        ${menu(frame)}
        <main id="main">
          ${content}
          <footer>
            ${refreshLinks(frame)}pouchd ${version},
            ${new Date().toISOString().slice(0, 19).replace('T', ' ')} UTC
          </footer>
        </main>
      </body>
    </html> `.text
  }`;
}

function menu({ pages, place, current }: Frame): Html {
  const groups = byPlugin(pages).map(([plugin, own]) => {
    const items = own.map(({ name, title }) => {
      const isCurrent = current?.plugin === plugin && current.name === name;
      const mark = isCurrent ? html` aria-current="page"` : nothing;
      return html`<li><a href="${linkToPage(place, plugin, name)}" ${mark}>${title}</a></li>`;
    });
    return html`<h2>${plugin}</h2>
      <ul>
        ${items}
      </ul>`;
  });
  return html`<nav aria-label="Pages"><a href="${linkToIndex(place)}">Pouch</a>${groups}</nav>`;
}

function refreshLinks({ current, refresh, query, place }: Frame): Html {
  if (!current) return nothing;
  const { plugin, name } = current;
  const choices: [string, number | undefined][] = [
    ['off', undefined],
    ['5 s', 5],
    ['30 s', 30],
  ];
  const links = choices.map(([text, seconds]) => {
    const mark = seconds === refresh ? html` aria-current="true"` : nothing;
    const own = seconds === undefined ? query : { ...query, refresh: String(seconds) };
    return html`<li><a href="${linkToPage(place, plugin, name, own)}" ${mark}>${text}</a></li>`;
  });
  return html`<ul class="links" aria-label="Refresh">
    <li>Refresh</li>
    ${links}
  </ul>`;
}

function byPlugin(pages: readonly PageInfo[]): [string, PageInfo[]][] {
  const groups = new Map<string, PageInfo[]>();
  for (const page of pages)
    if (page.listed) groups.set(page.plugin, [...(groups.get(page.plugin) ?? []), page]);
  return [...groups];
}
