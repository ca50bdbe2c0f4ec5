import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import { closed, flag, map, may, says, text, word } from '../schema.ts';

/** What the content of one page may have at most. */
export const pageLimits = {
  blocks: 50,
  /** Of one table. */
  columns: 20,
  /** Of one table; other lists have as many entries. */
  rows: 1000,
  /** Bytes of all texts, with some for each value. */
  bytes: 1024 * 1024,
} as const;

const state = may(
  Type.Unsafe<'ok' | 'warning' | 'problem'>({
    ...word('ok', 'warning', 'problem'),
    description: 'How it is shown.',
  }),
);

/** A link to a page of the console, and to nothing else. */
export const PageLink = closed(
  {
    page: Type.String({
      pattern: '^([a-z0-9][a-z0-9-]{0,62}/)?[a-z][a-z0-9-]{0,62}$',
      description: '`NAME` of the same plugin, or `PLUGIN/NAME`.',
    }),
    query: may(map(text, 'What its `render` gets.')),
  },
  { title: 'PageLink' },
);
export type PageLink = Static<typeof PageLink>;

/** Text or a number; as a record it may have a state or a link. */
export const PageValue = Type.Union(
  [
    text,
    Type.Number(),
    flag,
    Type.Null(),
    closed({ text: Type.Union([text, Type.Number()]), state, link: may(PageLink) }),
  ],
  { title: 'PageValue' },
);
export type PageValue = Static<typeof PageValue>;

const title = may(says('Heading of the block.'));
const list = { maxItems: pageLimits.rows };

/** The parts of a page by their `kind`. */
export const pageBlocks = {
  text: closed({ kind: Type.Literal('text'), text: says('A paragraph.'), state }),
  preformatted: closed({
    kind: Type.Literal('preformatted'),
    title,
    text: says('Shown as it is, such as lines of a log.'),
  }),
  facts: closed({
    kind: Type.Literal('facts'),
    title,
    facts: Type.Array(closed({ name: text, value: PageValue }), list),
  }),
  table: closed({
    kind: Type.Literal('table'),
    title,
    columns: Type.Array(text, { minItems: 1, maxItems: pageLimits.columns }),
    rows: Type.Array(Type.Array(PageValue, { description: 'One value for each column.' }), list),
    empty: may(says('Shown in place of a table without rows.')),
  }),
  tiles: closed({
    kind: Type.Literal('tiles'),
    title,
    tiles: Type.Array(closed({ name: text, value: PageValue }), list),
  }),
  bars: closed({
    kind: Type.Literal('bars'),
    title,
    bars: Type.Array(
      closed({
        name: text,
        value: Type.Number({ minimum: 0 }),
        of: Type.Number({ exclusiveMinimum: 0, description: 'The value of a full bar.' }),
        text: may(says('Shown beside the bar: `3.1 of 8 GiB`. Default: the two numbers.')),
      }),
      list,
    ),
  }),
  links: closed({
    kind: Type.Literal('links'),
    title,
    links: Type.Array(closed({ text, link: PageLink }), list),
  }),
} as const;

/** One part of a page. */
export type PageBlock = {
  [Kind in keyof typeof pageBlocks]: Static<(typeof pageBlocks)[Kind]>;
}[keyof typeof pageBlocks];

/** What a page shows: data, which the console renders and escapes. It cannot hold markup. */
export interface PageContent {
  /** In place of the page's own title. */
  title?: string;
  blocks: PageBlock[];
}

/** A page of the web console, `pouch web`. It works in a plugin with a process of its own too. */
export interface Page {
  /** At most 63 lower-case letters, digits or `-`, the first a letter. Unique within the plugin. */
  name: string;
  /** `Licences`. */
  title: string;
  /** One sentence. */
  doc: string;
  /** `false`: only links lead to it, with the query that it needs. Default: true. */
  listed?: boolean;
  /** Milliseconds, at most 10 s; 2 s if missing. */
  deadlineMs?: number;
  /** It changes nothing. An error is shown in place of the page, with the plugin's name. */
  render(call: PageCall): Promise<PageContent> | PageContent;
}

/** What a `render` is called with. */
export interface PageCall {
  /** Of the link that leads to it. */
  readonly query: Readonly<Record<string, string>>;
  /** Aborts at the deadline, or when the client leaves. */
  readonly signal: AbortSignal;
}

/** Names of a query that are the console's. */
export const consoleQuery = ['format', 'refresh'] as const;

/** Milliseconds. */
export const longestPageMs = 10_000;

export function pageProblem({ name, title: heading, doc, listed, deadlineMs }: Page): string | undefined {
  if (!/^[a-z][a-z0-9-]{0,62}$/.test(name))
    return `invalid name "${name}": use at most 63 lower-case letters, digits and "-", the first a letter`;
  if (heading === '' || heading.length > 100) return '`title` must have 1 to 100 characters';
  if (doc.length > 500) return '`doc` must have at most 500 characters';
  if (listed !== undefined && typeof listed !== 'boolean') return '`listed` must be true or false';
  if (deadlineMs === undefined) return undefined;
  const fits = Number.isInteger(deadlineMs) && deadlineMs > 0 && deadlineMs <= longestPageMs;
  return fits ? undefined : `\`deadlineMs\` must be an integer from 1 to ${longestPageMs}`;
}
