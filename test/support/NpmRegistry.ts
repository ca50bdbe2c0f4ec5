import { createHash } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Package {
  readonly manifest: { readonly name: string; readonly version: string };
  readonly tarball: Buffer;
}

/** Stands for a registry of npm: packages by name, and their files, on loopback. */
export class NpmRegistry {
  readonly #packages: Package[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server.on('request', ({ url = '/' }, response: ServerResponse) =>
      this.#serve(url, response),
    );
  }

  static async start(): Promise<NpmRegistry> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return new NpmRegistry(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** @param tarball as `npm pack` writes it */
  publish(manifest: Package['manifest'], tarball: Buffer): void {
    this.#packages.push({ manifest, tarball });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  #serve(url: string, response: ServerResponse): void {
    const path = decodeURIComponent(url.slice(1));
    const file = this.#packages.find((one) => path === fileOf(one));
    if (file) return void response.end(file.tarball);
    const versions = this.#packages.filter(({ manifest }) => manifest.name === path);
    if (versions.length === 0) return void response.writeHead(404).end('{"error":"not found"}');
    const described = versions.map((one) => [one.manifest.version, this.#described(one)] as const);
    const latest = versions.at(-1)!.manifest.version;
    const found = { name: path, 'dist-tags': { latest }, versions: Object.fromEntries(described) };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(found));
  }

  #described(one: Package): object {
    const integrity = `sha512-${createHash('sha512').update(one.tarball).digest('base64')}`;
    return { ...one.manifest, dist: { tarball: `${this.url}${fileOf(one)}`, integrity } };
  }
}

function fileOf({ manifest: { name, version } }: Package): string {
  return `${name}/-/${name.replace(/^.*\//, '')}-${version}.tgz`;
}
