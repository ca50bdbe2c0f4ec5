import type { PlanImage } from '../core/plan/Planner.ts';
import { PouchError } from '../hooks/errors.ts';
import type { ImageFile } from '../hooks/draft.ts';
import type { ImageConfig } from '../hooks/image.ts';
import type { TestImage } from './testImage.ts';

const passwd = 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n';
const group = 'root:x:0:\nnogroup:x:65534:\n';

/** What a test has if it names no image. */
export const defaultImages: Readonly<Record<string, TestImage>> = {
  busybox: { config: { Cmd: ['sh'], Env: ['PATH=/bin:/usr/bin'] }, files: { '/bin/sh': '' } },
};

/** @throws PCH_IMAGE_NOT_FOUND */
export function planImage(images: Readonly<Record<string, TestImage>>, reference: string): PlanImage {
  const found = images[reference];
  if (!found) {
    const message = `the test has no image ${reference}`;
    throw new PouchError('PCH_IMAGE_NOT_FOUND', message, { hint: 'add it to `images` of the harness' });
  }
  const files: Record<string, string> = { '/etc/passwd': passwd, '/etc/group': group, ...found.files };
  const configuration: ImageConfig = {
    architecture: 'amd64',
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [`sha256:${'0'.repeat(64)}`] },
    ...(found.config && { config: found.config }),
  };
  return {
    image: {
      reference: `docker.io/library/${reference}:latest`,
      id: `sha256:${'1'.repeat(64)}`,
      config: configuration,
      stat: (path) => Promise.resolve(statOf(files, path)),
    },
    readText: (path) => Promise.resolve(files[path] ?? ''),
    responds: Promise.resolve(),
    blame: [],
    degraded: [],
  };
}

/** Every directory above a file exists too. */
function statOf(files: Record<string, string>, path: string): ImageFile | undefined {
  if (files[path] !== undefined) return { path, kind: 'file', mode: 0o755 };
  const isDirectory = Object.keys(files).some((file) => file.startsWith(`${path}/`));
  return isDirectory ? { path, kind: 'directory', mode: 0o755 } : undefined;
}
