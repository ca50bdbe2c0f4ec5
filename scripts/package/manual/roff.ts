/** Writes manual pages with the macros of man(7). */

export interface Page {
  name: string;
  section: number;
  /** One phrase, for apropos(1). */
  summary: string;
  /** Title and roff of each section after NAME. */
  sections: readonly (readonly [title: string, text: string])[];
}

/** What the head and the foot of every page name. */
export interface Edition {
  version: string;
  /** Of the commit. */
  date: Date;
}

export function writePage({ name, section, summary, sections }: Page, { version, date }: Edition): string {
  const day = date.toISOString().slice(0, 10);
  const head = ['.TH', name.toUpperCase(), String(section), day, `Pouch ${version}`, 'Pouch'];
  const quoted = head.map((word, n) => (n === 0 ? word : `"${escape(word)}"`));
  const parts = [['NAME', `${escape(name)} \\- ${escape(summary)}`] as const, ...sections];
  // Without hyphens and stretched spaces, which readers would copy.
  return `${quoted.join(' ')}\n.nh\n.ad l\n${parts.map(([title, text]) => `.SH ${title}\n${text}\n`).join('')}`;
}

/** Escapes text, also for the beginning of a line. */
export function escape(text: string): string {
  return text
    .replaceAll('\\', '\\(rs')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replace(/^(?=[.])/gm, '\\&');
}

export function bold(text: string): string {
  return `\\fB${escape(text)}\\fR`;
}

/** Renders the Markdown of a sentence: code and strong text in bold, links as their text. */
export function inline(markdown: string): string {
  return markdown
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .split(/(`[^`]+`|\*\*[^*]+\*\*)/)
    .map((part) => {
      const marked = /^(?:`([^`]+)`|\*\*([^*]+)\*\*)$/.exec(part);
      return marked ? bold(marked[1] ?? marked[2] ?? '') : escape(part);
    })
    .join('');
}

/** A term with its explanation below. */
export function item(term: string, text: string): string {
  return `.TP\n${term}\n${text}`;
}

export function paragraphs(...texts: readonly string[]): string {
  return texts.join('\n.PP\n');
}

/** References to other pages, such as `pouchd(8)`. */
export function seeAlso(...pages: readonly string[]): string {
  return pages
    .map((page) => page.replace(/^(.*)(\(\d\))$/, (_, name: string, at: string) => bold(name) + at))
    .join(', ');
}
