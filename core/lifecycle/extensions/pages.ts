import type { Logger } from '../../../hooks/defineHook.ts';
import type { Page, PageCall } from '../../../hooks/contributions/page.ts';
import type { PageInfo, RenderedPage } from '../../../hooks/engine.ts';
import { PouchError, toPouchError } from '../../../hooks/errors.ts';
import { pageDeadlineMs } from '../../contract/driverDeadlines.ts';
import { callWithin, CircuitBreaker, defaultBreaker, type Generation } from '../../plugins/index.ts';
import { checkPage } from './checkPage.ts';

export function listPages({ contributions }: Pick<Generation, 'contributions'>): PageInfo[] {
  return contributions.flatMap(({ plugin, contributed }) =>
    contributed.of('page').map((page) => infoOf(plugin, page)),
  );
}

/** What a call of a page needs beside the page. */
export interface PageSurroundings {
  readonly generation: Generation;
  readonly log: Logger;
}

/** @throws PCH_NOT_FOUND, PCH_DEADLINE, PCH_CANCELLED, PCH_PLUGIN_CONTRACT, and the plugin's errors */
export async function renderPage(
  { generation, log }: PageSurroundings,
  plugin: string,
  name: string,
  { query, signal }: PageCall,
): Promise<RenderedPage> {
  const page = findPage(generation, plugin, name);
  const what = `the page ${name}`;
  const breaker = breakerOf(generation, plugin, what);
  const waitMs = breaker.wait();
  if (waitMs > 0) throw leftOut({ plugin, what, waitMs, breaker });
  try {
    const content = await callWithin({ plugin, what, ms: pageDeadlineMs(page), signal }, async (within) =>
      checkPage(await page.render({ query: Object.freeze({ ...query }), signal: within })),
    );
    breaker.succeeded();
    return { ...infoOf(plugin, page), ...content, title: content.title ?? page.title };
  } catch (error) {
    const { status, code, message } = toPouchError(error);
    // The caller is at fault for a query that names something unknown, and for leaving.
    if (status >= 500 && !signal.aborted) {
      breaker.failed(message);
      log.warn('a console page failed', { plugin, page: name, code, error: message });
    }
    throw error;
  }
}

function infoOf(plugin: string, { name, title, doc, listed = true }: Page): PageInfo {
  return { plugin, name, title, doc, listed };
}

function findPage({ contributions, plugins }: Generation, plugin: string, name: string): Page {
  const pages = contributions.find((one) => one.plugin === plugin)?.contributed.of('page') ?? [];
  const page = pages.find((one) => one.name === name);
  if (page) return page;
  const state = plugins.find((one) => one.name === plugin)?.state;
  if (state === undefined)
    throw notFound(`no plugin is named ${plugin}`, 'it was removed, or the address is wrong');
  if (state !== 'active')
    throw notFound(`plugin ${plugin} is ${state}: it has no pages`, '`pouch plugin ls`');
  const known = pages.map((one) => one.name).join(', ');
  throw notFound(
    `plugin ${plugin} has no page ${name}`,
    known === '' ? 'it has no pages' : `it has ${known}`,
  );
}

function notFound(message: string, hint: string): PouchError {
  return new PouchError('PCH_NOT_FOUND', message, { hint });
}

/** A reload does not close the one of an unchanged plugin. */
function breakerOf({ versions }: Generation, plugin: string, key: string): CircuitBreaker {
  const breakers = versions.get(plugin)?.breakers;
  const breaker = breakers?.get(key) ?? new CircuitBreaker(defaultBreaker, () => performance.now());
  breakers?.set(key, breaker);
  return breaker;
}

interface LeftOut {
  plugin: string;
  what: string;
  waitMs: number;
  breaker: CircuitBreaker;
}

function leftOut({ plugin, what, waitMs, breaker }: LeftOut): PouchError {
  return new PouchError(
    'PCH_PLUGIN_FAILED',
    `${what} has failed ${defaultBreaker.failures} times in a row and is called again in ` +
      `${Math.ceil(waitMs / 1000)} s; the last failure: ${breaker.lastFailure}`,
    { plugin, hint: `pouch plugin logs ${plugin}` },
  );
}
