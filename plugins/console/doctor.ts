import type { Extensions, PageBlock, PageContent, System } from '../../hooks/index.ts';
import { part } from './part.ts';
import { table } from './table.ts';
import { cut } from './units.ts';

/** Milliseconds, less than the page has. Checks of plugins have 5 s, unless they say otherwise. */
const partMs = 8_000;

/** As `pouch doctor`. */
export async function doctor(system: System, extensions: Extensions): Promise<PageContent> {
  return {
    blocks: await Promise.all([
      part('Runtimes', partMs, () => runtimes(system)),
      part('Checks of plugins', partMs, (signal) => checks(extensions, signal)),
    ]),
  };
}

async function runtimes(system: System): Promise<PageBlock> {
  return table({
    title: 'Runtimes',
    columns: ['Runtime', 'Usable', 'Version', 'Containers', 'Problem'],
    rows: (await system.runtimes()).map(({ name, usable, version, containers, problem = '' }) => [
      name,
      usable ? { text: 'yes', state: 'ok' } : { text: 'no', state: 'warning' },
      version,
      containers,
      cut(problem, 1000),
    ]),
  });
}

async function checks(extensions: Extensions, signal: AbortSignal): Promise<PageBlock> {
  return table({
    title: 'Checks of plugins',
    columns: ['Plugin', 'Check', 'Result', 'Found', 'What to do'],
    rows: (await extensions.doctor(signal)).map(({ plugin, name, ok, found, fix = '' }) => [
      plugin,
      cut(name),
      ok ? { text: 'ok', state: 'ok' } : { text: 'problem', state: 'problem' },
      cut(found, 1000),
      cut(fix, 1000),
    ]),
    empty: 'No plugin has checks.',
  });
}
