/** The web console: pages of plugins, as documents without scripts or as data. */
import { consoleQuery, PouchError, toPouchError } from '../../../hooks/index.ts';
import { errorDocument, type Frame, indexDocument, pageDocument } from '../console/documents.ts';
import { contentSecurityPolicy } from '../console/style.ts';
import { errorBody } from '../http/errorReply.ts';
import { parameter, type Call, type Route } from '../http/call.ts';
import { sendJson } from '../http/reply.ts';

export const consoleRoutes: Route[] = [
  { method: 'GET', path: '/pouch/console', handler: index },
  { method: 'GET', path: '/pouch/console/:plugin/:page', handler: page },
];

/** Seconds. */
const longestRefresh = 3600;

const headers = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

function index(call: Call): void {
  setHeaders(call);
  const pages = call.engine.extensions.pages();
  if (wantsData(call)) sendJson(call, pages);
  else sendHtml(call, 200, indexDocument({ ...frameOf(call), place: 'index' }));
}

async function page(call: Call): Promise<void> {
  const [plugin, name] = [parameter(call, 'plugin'), parameter(call, 'page')];
  const { extensions } = call.engine;
  const rendered = () => extensions.renderPage(plugin, name, { query: pageQuery(call), signal: call.signal });
  setHeaders(call);
  if (wantsData(call)) return sendJson(call, await rendered());
  let frame: Frame = { ...frameOf(call), place: 'page', current: { plugin, name } };
  try {
    // An error in place of the page is loaded again too.
    frame = { ...frame, refresh: refreshOf(call) };
    sendHtml(call, 200, pageDocument(frame, await rendered()));
  } catch (thrown) {
    if (call.signal.aborted) throw thrown;
    const error = toPouchError(thrown);
    sendHtml(
      call,
      error.status,
      errorDocument(frame, errorBody(error, { ...call.client, readsHints: true }, ''), error.status),
    );
  }
}

function frameOf(call: Call): Omit<Frame, 'place'> {
  const { engine, host } = call;
  return { pages: engine.extensions.pages(), query: pageQuery(call), version: host.version };
}

/** `?format=` decides, or else the first type of the two that the client names. */
function wantsData({ query, request }: Call): boolean {
  const format = query.text('format');
  if (format !== undefined && format !== 'json' && format !== 'html')
    throw new PouchError('PCH_BAD_REQUEST', 'query parameter format: expected json or html');
  if (format !== undefined) return format === 'json';
  const { accept = '' } = request.headers;
  return accept.includes('application/json') && !accept.includes('text/html');
}

function refreshOf({ query }: Call): number | undefined {
  const seconds = query.integer('refresh');
  if (seconds === undefined || (seconds >= 1 && seconds <= longestRefresh)) return seconds;
  throw new PouchError(
    'PCH_BAD_REQUEST',
    `query parameter refresh: expected seconds from 1 to ${longestRefresh}, found ${seconds}`,
    { hint: 'remove it from the address' },
  );
}

function pageQuery({ request }: Call): Record<string, string> {
  const { searchParams } = new URL(request.url ?? '/', 'http://pouch');
  const own = [...searchParams].filter(([name]) => !consoleQuery.some((one) => one === name));
  return Object.fromEntries(own);
}

function setHeaders({ response }: Call): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
}

function sendHtml({ response }: Call, status: number, text: string): void {
  const bytes = Buffer.from(text);
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Length': bytes.length });
  response.end(bytes);
}
