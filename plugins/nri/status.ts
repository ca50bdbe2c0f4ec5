import type { Options } from './options.ts';
import type { NriPlugin } from './session/NriPlugin.ts';
import type { NriPlugins } from './session/NriPlugins.ts';

/** Names of the plugins that are required, or launched by pouchd, and not connected. */
export function missing(plugins: NriPlugins, options: Options, launched: readonly string[]): string[] {
  const required = Object.keys(options.plugins).filter((name) => options.plugins[name]?.required);
  return [...new Set([...required, ...launched])].filter((name) => !plugins.has(name)).sort();
}

/** A table: `NAME  SINCE  EVENTS`. */
export function lines(plugins: readonly NriPlugin[], absent: readonly string[]): string {
  const rows = [
    ['NAME', 'SINCE', 'EVENTS'],
    ...plugins.map(({ name, since, events }) => [name, since.toISOString(), events.names.join(',')]),
    ...absent.map((name) => [name, 'not connected', '-']),
  ];
  const width = Math.max(...rows.map(([name = '']) => name.length));
  return rows
    .map(([name = '', since = '', events]) => `${name.padEnd(width)}  ${since.padEnd(24)}  ${events}\n`)
    .join('');
}
