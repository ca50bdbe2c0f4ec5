import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { freePort } from './freePort.ts';

/** Paths of PEM files. */
export interface RegistryTls {
  readonly certificate: string;
  readonly key: string;
  /** Of the certificates that clients must have. */
  readonly clientCa?: string;
}

/** Debian's docker-registry on a free port of loopback, with a root of its own. */
export class TestRegistry {
  readonly host: string;
  readonly dir: string;
  #process: ChildProcess;

  private constructor(host: string, dir: string, process: ChildProcess) {
    this.host = host;
    this.dir = dir;
    this.#process = process;
  }

  /** @param options with `tls` only clients of Pouch reach it: the calls below use plain HTTP */
  static async start({ tls }: { tls?: RegistryTls } = {}): Promise<TestRegistry> {
    const dir = await mkdtemp(join(tmpdir(), 'pouch-registry-'));
    const host = `127.0.0.1:${await freePort()}`;
    const config = join(dir, 'config.yml');
    await writeFile(config, configuration(host, join(dir, 'data'), tls));
    return new TestRegistry(host, dir, await serve(host, config));
  }

  /** Refuses connections, until `resume`. */
  async halt(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await ended;
  }

  /** Serves the same images again. */
  async resume(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) return;
    this.#process = await serve(this.host, join(this.dir, 'config.yml'));
  }

  /** Pushes an image from where skopeo finds it, e.g. `oci-archive:FILE`; returns its reference here. */
  async push(source: string, name: string, ...options: string[]): Promise<string> {
    const target = `docker://${this.host}/${name}`;
    await execa('skopeo', ['copy', '--quiet', '--dest-tls-verify=false', ...options, source, target], {
      timeout: 120_000,
    });
    return `${this.host}/${name}`;
  }

  /** Pushes an artifact with layers, as `oras push` does; returns its reference here. */
  async pushArtifact(name: string, tag: string, ...layers: Buffer[]): Promise<string> {
    const type = 'application/vnd.oci.image.manifest.v1+json';
    const config = await this.#putBlob(name, Buffer.from('{}'));
    const manifest = {
      schemaVersion: 2,
      mediaType: type,
      artifactType: 'application/vnd.unknown.artifact.v1',
      config: { mediaType: 'application/vnd.oci.empty.v1+json', ...config },
      layers: await Promise.all(
        layers.map(async (layer) => ({
          mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
          ...(await this.#putBlob(name, layer)),
        })),
      ),
    };
    await this.putManifest(name, tag, type, JSON.stringify(manifest));
    return `${this.host}/${name}:${tag}`;
  }

  async #putBlob(name: string, blob: Buffer): Promise<{ digest: string; size: number }> {
    const digest = `sha256:${createHash('sha256').update(blob).digest('hex')}`;
    const begun = await fetch(`http://${this.host}/v2/${name}/blobs/uploads/`, { method: 'POST' });
    const upload = new URL(begun.headers.get('location') ?? '', `http://${this.host}`);
    upload.searchParams.set('digest', digest);
    const response = await fetch(upload, { method: 'PUT', body: blob });
    if (response.status !== 201)
      throw new Error(`PUT of a blob: ${response.status} ${await response.text()}`);
    return { digest, size: blob.length };
  }

  /** Stores a manifest as it is and returns its digest. */
  async putManifest(name: string, tag: string, mediaType: string, body: string): Promise<string> {
    const response = await fetch(`http://${this.host}/v2/${name}/manifests/${tag}`, {
      method: 'PUT',
      headers: { 'content-type': mediaType },
      body,
    });
    if (response.status !== 201)
      throw new Error(`PUT of the manifest: ${response.status} ${await response.text()}`);
    return response.headers.get('docker-content-digest') ?? '';
  }

  async manifest(name: string, tag: string): Promise<{ mediaType: string; digest: string; body: string }> {
    const accept = 'application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, */*';
    const response = await fetch(`http://${this.host}/v2/${name}/manifests/${tag}`, { headers: { accept } });
    return {
      mediaType: response.headers.get('content-type') ?? '',
      digest: response.headers.get('docker-content-digest') ?? '',
      body: await response.text(),
    };
  }

  async stop(): Promise<void> {
    await this.halt();
    await rm(this.dir, { recursive: true });
  }
}

async function serve(host: string, config: string): Promise<ChildProcess> {
  const child = spawn('docker-registry', ['serve', config], { stdio: 'ignore' });
  const isUp = await waitUntil(() => responds(host), { withinMs: 30_000 });
  if (!isUp) throw new Error(`docker-registry did not respond on ${host}`);
  return child;
}

/** One with TLS responds to plain HTTP, too: with 400. */
async function responds(host: string): Promise<boolean> {
  return fetch(`http://${host}/v2/`).then(
    () => true,
    () => false,
  );
}

function configuration(host: string, data: string, tls: RegistryTls | undefined): string {
  const files = tls && {
    certificate: tls.certificate,
    key: tls.key,
    ...(tls.clientCa !== undefined && { clientcas: [tls.clientCa] }),
  };
  return `version: 0.1
log: { level: error }
storage:
  filesystem: { rootdirectory: ${data} }
  delete: { enabled: true }
http: ${JSON.stringify({ addr: host, ...(files && { tls: files }) })}
`;
}
