import type { Config } from '../../hooks/index.ts';

/** A table of buildkitd.toml. */
export type Table = Record<string, string | number | boolean | readonly string[]>;

/** Pouch’s settings of registries as buildkitd has them. It needs no settings for those on loopback either. */
export function registryTables(config: Pick<Config, 'get'>): Record<string, Table> {
  const mirrors = config.get('registries.mirrors') as Readonly<Record<string, readonly string[]>>;
  const plain = config.get('registries.plainHttp') as readonly string[];
  const insecure = config.get('registries.insecureTls') as readonly string[];
  const tables = new Map<string, Table>();
  const add = (host: string, table: Table) => tables.set(host, { ...tables.get(host), ...table });
  for (const host of plain) add(host, { http: true });
  for (const host of insecure) add(host, { insecure: true });
  for (const [host, urls] of Object.entries(mirrors)) {
    add(host, { mirrors: urls.map(withoutScheme) });
    for (const url of urls)
      if (url.startsWith('http://')) add(withoutScheme(url).split('/')[0] ?? '', { http: true });
  }
  return Object.fromEntries([...tables].map(([host, table]) => [`registry.${JSON.stringify(host)}`, table]));
}

function withoutScheme(url: string): string {
  return url.replace(/^https?:\/\//, '').replace(/\/$/, '');
}
