/** Small files that survive a crash: written beside, flushed, then renamed over the old one. */
import { open, rename } from 'node:fs/promises';

export async function writeDurably(path: string, content: string, mode = 0o600): Promise<void> {
  const beside = `${path}.new`;
  const file = await open(beside, 'w', mode);
  try {
    await file.writeFile(content);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
}
