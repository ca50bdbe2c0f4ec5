import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../hooks/index.ts';

/** A table of buildkitd.toml. */
export type Table = Record<string, string | number | boolean | readonly string[]>;

/** Paths of PEM files. */
interface Certificates {
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
}

/** Pouch’s settings of registries as buildkitd has them. It needs no settings for those on loopback either. */
export function registryTables(config: Pick<Config, 'get'>): Record<string, Table> {
  const mirrors = config.get('registries.mirrors') as Readonly<Record<string, readonly string[]>>;
  const plain = config.get('registries.plainHttp') as readonly string[];
  const insecure = config.get('registries.insecureTls') as readonly string[];
  const certificates = config.get('registries.certificates') as Readonly<Record<string, Certificates>>;
  const directory = config.get('registries.certificatesDirectory') as string;
  const tables = new Map<string, Table>();
  const add = (host: string, table: Table) => tables.set(host, { ...tables.get(host), ...table });
  for (const host of plain) add(host, { http: true });
  for (const host of insecure) add(host, { insecure: true });
  for (const [host, urls] of Object.entries(mirrors)) {
    add(host, { mirrors: urls.map(withoutScheme) });
    for (const url of urls)
      if (url.startsWith('http://')) add(withoutScheme(url).split('/')[0] ?? '', { http: true });
  }
  for (const host of directoriesIn(directory)) add(host, { tlsconfigdir: [join(directory, host)] });
  for (const [host, { ca }] of Object.entries(certificates)) {
    tables.set(host, { ...without(tables.get(host), 'tlsconfigdir'), ...(ca !== undefined && { ca: [ca] }) });
  }
  return Object.fromEntries(
    [...tables].flatMap(([host, table]): [string, Table][] => {
      const name = `registry.${JSON.stringify(host)}`;
      const { certificate: cert, key } = certificates[host] ?? {};
      // A table of a list: `[[registry."HOST".keypair]]`.
      return [
        [name, table],
        ...(cert && key ? [[`[${name}.keypair]`, { key, cert }] as [string, Table]] : []),
      ];
    }),
  );
}

function directoriesIn(path: string): string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    // It may be missing. A pull reports others.
    return [];
  }
}

function without(table: Table = {}, key: string): Table {
  return Object.fromEntries(Object.entries(table).filter(([name]) => name !== key));
}

function withoutScheme(url: string): string {
  return url.replace(/^https?:\/\//, '').replace(/\/$/, '');
}
