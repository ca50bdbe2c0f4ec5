import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { definePlugin, Type } from 'pouch/hooks';

/** Image sources that fail in every way; files in `dir` switch a fault on. `dir/layout` is an OCI layout. */
export default definePlugin({
  name: 'bad-image-sources',
  options: Type.Object({ dir: Type.String(), domain: Type.String() }),
  setup({ imageSource, options: { dir, domain } }) {
    const fault = (name: string) => existsSync(`${dir}/fault-${name}`);
    const never = () => new Promise<never>(() => undefined);
    const blobOf = (digest: string) =>
      readFile(`${dir}/layout/blobs/${digest.replace(':', '/')}`).catch(() => undefined);
    async function* chunks(bytes: Buffer): AsyncGenerator<Buffer> {
      const half = Math.ceil(bytes.length / 2);
      yield bytes.subarray(0, half);
      if (fault('stream-throw')) throw new Error('the disk is gone');
      if (fault('stream-hang')) await never();
      if (fault('stream-kill')) process.kill(process.pid, 'SIGKILL');
      if (fault('truncate')) return;
      if (fault('stream-text')) yield 'text' as never;
      if (fault('wrong')) return void (yield Buffer.alloc(bytes.length - half, 'x'));
      yield bytes.subarray(half);
      if (fault('endless')) for (;;) yield Buffer.alloc(65_536);
    }
    imageSource({
      name: 'bad',
      doc: 'A layout, with faults.',
      references: [`${domain}/*`],
      deadlineMs: 1500,
      async manifest({ tag, digest }) {
        if (fault('throw')) throw new Error('the server is away');
        if (fault('hang')) await never();
        if (fault('kill')) process.kill(process.pid, 'SIGKILL');
        if (fault('garbage')) return { bytes: { a: 1 } } as never;
        if (fault('text')) return { bytes: Buffer.from('not JSON') };
        if (fault('huge')) return { bytes: Buffer.alloc(5 * 1024 * 1024, '{') };
        if (fault('flood')) for (;;) process.stdout.write('x'.repeat(65_536));
        if (fault('lacks')) return undefined;
        const index = JSON.parse(await readFile(`${dir}/layout/index.json`, 'utf8')) as {
          manifests: { digest: string }[];
        };
        if (digest === undefined && tag !== '1') return undefined;
        const bytes = await blobOf(digest ?? index.manifests[0]!.digest);
        return bytes && { bytes };
      },
      async blob({ digest, offset }) {
        if (fault('blob-throw')) throw new Error('the server is away (blob)');
        if (fault('blob-hang')) await never();
        if (fault('blob-kill')) process.kill(process.pid, 'SIGKILL');
        if (fault('blob-lacks')) return undefined;
        if (fault('blob-garbage')) return { a: 1 } as never;
        const bytes = await blobOf(digest);
        return bytes && chunks(bytes.subarray(offset));
      },
    });
  },
});
