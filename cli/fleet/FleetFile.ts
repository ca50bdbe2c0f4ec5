/** A file for several hosts: declarations in common, and `hosts` with the overlay of each. */
import { isMap, isNode, isScalar, parseDocument } from 'yaml';
import type { AgentFile } from '../../client/index.ts';

interface Entry {
  readonly name: string;
  /** Its `host:`. */
  readonly address: string | undefined;
  /** Offsets of its overlay in the text. */
  readonly range: readonly [number, number] | undefined;
}

export class FleetFile {
  readonly #file: AgentFile;
  readonly #entries: readonly Entry[];

  /** Mistakes are those of pouchd to report: it knows what they mean. */
  constructor(file: AgentFile) {
    this.#file = file;
    this.#entries = entriesOf(file.Text);
  }

  /** In the order of the file; empty if it has no `hosts`. */
  get hosts(): readonly string[] {
    return this.#entries.map(({ name }) => name);
  }

  addressOf(host: string): string {
    return this.#entries.find(({ name }) => name === host)?.address ?? host;
  }

  /** What a host gets: not the overlays of the others, whose text is blank, so that lines and columns stay. */
  for(host: string): AgentFile {
    if (this.#entries.length === 0) return this.#file;
    const others = this.#entries.filter(({ name }) => name !== host);
    const Text = others.reduce((text, { range }) => (range ? blanked(text, range) : text), this.#file.Text);
    return { ...this.#file, Text, Host: host };
  }
}

function entriesOf(text: string): Entry[] {
  const document = parseDocument(text, { prettyErrors: false });
  const hosts =
    document.errors.length === 0 && isMap(document.contents) && document.contents.get('hosts', true);
  if (!isMap(hosts)) return [];
  return hosts.items.map(({ key, value }) => {
    const host = isMap(value) ? value.get('host') : undefined;
    const [start, end] = (isNode(value) && value.range) || [];
    return {
      name: isScalar(key) ? (key.source ?? String(key.value)) : String(key),
      address: typeof host === 'string' ? host : undefined,
      range: start === undefined || end === undefined ? undefined : [start, end],
    };
  });
}

function blanked(text: string, [start, end]: readonly [number, number]): string {
  return text.slice(0, start) + text.slice(start, end).replace(/[^\r\n]/g, ' ') + text.slice(end);
}
