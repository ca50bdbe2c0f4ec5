import type { PageLink } from '../../../hooks/index.ts';

/** Where a document is: `index` is `/pouch/console`, `page` is `/pouch/console/PLUGIN/PAGE`. */
export type Place = 'index' | 'page';

/** Links are relative, so that a proxy may serve the console below any path. */
export function linkToPage(from: Place, plugin: string, page: string, query: PageLink['query'] = {}): string {
  const up = from === 'index' ? 'console/' : '../';
  const search = new URLSearchParams(query).toString();
  return `${up}${encodeURIComponent(plugin)}/${encodeURIComponent(page)}${search === '' ? '' : `?${search}`}`;
}

export function linkToIndex(from: Place): string {
  return from === 'index' ? 'console' : '../../console';
}

/** @param plugin the one whose page has the link */
export function linkTo(plugin: string, { page, query }: PageLink): string {
  const [owner, name] = page.includes('/') ? page.split('/') : [plugin, page];
  return linkToPage('page', owner!, name!, query);
}
