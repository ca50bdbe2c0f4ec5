/** Files that a report names; it counts the others. */
const namedFiles = 20;

/** A number of files, and the names of the first of them. */
export interface Counted {
  count: number;
  names: string[];
}

/** What an import has found in the tar of a root file system. */
export class ImportReport {
  entries = 0;
  /** Bytes of the files, with holes. */
  bytes = 0;
  /** Left out: containers get their devices from the runtime. */
  readonly devices = none();
  /** Left out: a layer would delete other files by them (image-spec layer.md, "Whiteouts"). */
  readonly whiteouts = none();
  /** Kept: within the user namespace of a rich container they give the rights of its own users. */
  readonly setuid = none();
  readonly capabilities = none();

  /** One sentence for each kind of file that a user should know about. */
  lines(): string[] {
    return [
      ...line(this.devices, 'left out', 'device node', 'containers get their own'),
      ...line(this.whiteouts, 'left out', 'file with a name that marks deletions in layers (.wh.*)'),
      ...line(this.setuid, 'kept', 'setuid or setgid file'),
      ...line(this.capabilities, 'kept', 'file with capabilities'),
    ];
  }
}

/** Counts a file. */
export function count(counted: Counted, name: string): void {
  counted.count++;
  if (counted.names.length < namedFiles) counted.names.push(name);
}

function none(): Counted {
  return { count: 0, names: [] };
}

function line({ count, names }: Counted, verb: string, what: string, why?: string): string[] {
  if (count === 0) return [];
  const plural = count === 1 ? what : what.replace(/^(device node|.*? file|file)/, '$1s');
  const more = count > names.length ? ', …' : '';
  return [`${verb} ${count} ${plural}${why ? ` (${why})` : ''}: ${names.join(', ')}${more}`];
}
