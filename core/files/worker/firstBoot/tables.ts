/** Lines of /etc/passwd, /etc/group and /etc/shadow: fields with colons between (passwd(5), group(5), shadow(5)). */
import type { ContainerFiles, Ids } from './ContainerFiles.ts';

const places = {
  passwd: { path: '/etc/passwd', mode: 0o644 },
  group: { path: '/etc/group', mode: 0o644 },
  shadow: { path: '/etc/shadow', mode: 0o600 },
};

/** One of the files, as it is changed. */
export class Table {
  readonly #name: keyof typeof places;
  readonly #before: string;
  readonly #lines: string[];

  constructor(files: ContainerFiles, name: keyof typeof places) {
    this.#name = name;
    this.#before = files.read(places[name].path) ?? '';
    this.#lines = this.#before.split('\n').filter((line) => line !== '');
  }

  get(name: string): string[] | undefined {
    return this.rows().find(([first]) => first === name);
  }

  rows(): string[][] {
    return this.#lines.map((line) => line.split(':'));
  }

  /** Numbers of the third field. */
  ids(): Set<number> {
    return new Set(this.rows().map(([, , id]) => Number(id)));
  }

  add(fields: readonly (string | number)[]): void {
    this.#lines.push(fields.join(':'));
  }

  /** Sets a field of a row that exists. */
  set(name: string, index: number, value: string): void {
    const at = this.#lines.findIndex((line) => line.startsWith(`${name}:`));
    if (at < 0) return;
    const fields = this.#lines[at]!.split(':');
    fields[index] = value;
    this.#lines[at] = fields.join(':');
  }

  /** Writes the file if it has changed. */
  save(files: ContainerFiles): void {
    const content = this.#lines.map((line) => `${line}\n`).join('');
    const { path, mode } = places[this.#name];
    if (content !== this.#before) files.write(path, content, { ids: { uid: 0, gid: 0 }, mode, keeps: true });
  }
}

/** Ids, home and name of an account. @throws Error if it does not exist */
export function accountOf(files: ContainerFiles, name: string): Ids & { home: string } {
  const row = new Table(files, 'passwd').get(name);
  if (!row) throw new Error(`/etc/passwd has no user ${name}`);
  const [, , uid, gid, , home] = row;
  const ids = { uid: Number(uid), gid: Number(gid) };
  if (!Number.isInteger(ids.uid) || !Number.isInteger(ids.gid) || !home?.startsWith('/'))
    throw new Error(`the line of ${name} in /etc/passwd is damaged`);
  return { ...ids, home };
}
