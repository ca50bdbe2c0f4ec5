import type { ContainerDraft } from '../../../../hooks/index.ts';
import { linearPatterns } from '../../../../hooks/linearPatterns.ts';

/**
 * What `logs --details` shows before each line, as Docker does: the labels and variables that the log options `labels`,
 * `labels-regex`, `env` and `env-regex` name, `A=1,B=2 `. Secrets are left out.
 */
export function shownDetails({ log: { options }, labels, process, secrets = {} }: ContainerDraft): string {
  const isSecret = (name: string) =>
    [`process.env.${name}`, `process.env["${name}"]`].some((mark) => mark in secrets);
  const env = Object.entries(process.env).filter(([name]) => !isSecret(name));
  const chosen = [
    ...choose(Object.entries(labels), options['labels'], options['labels-regex']),
    ...choose(env, options['env'], options['env-regex']),
  ];
  const sorted = [...new Map(chosen)].sort(([a], [b]) => (a < b ? -1 : 1));
  return `${sorted.map(([name, value]) => `${escaped(name)}=${escaped(value)}`).join(',')} `;
}

function choose(
  entries: [string, string][],
  names: string | undefined,
  pattern: string | undefined,
): [string, string][] {
  const named = new Set((names ?? '').split(','));
  const fits = linearPatterns('log option', pattern ? [pattern] : []);
  return entries.filter(([name]) => named.has(name) || fits(name));
}

/** As of a query in a URL, so that a value cannot look like the line. */
function escaped(text: string): string {
  return encodeURIComponent(text).replaceAll('%20', '+');
}
