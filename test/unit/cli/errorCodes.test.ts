import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorKinds } from '../../../hooks/errors.ts';

const root = join(import.meta.dirname, '../../..');

describe('error codes of client and cli', () => {
  it('are all listed in hooks/, which neither may import', () => {
    const used = ['client', 'cli'].flatMap((folder) =>
      (readdirSync(join(root, folder), { recursive: true }) as string[])
        .filter((name) => name.endsWith('.ts'))
        .flatMap((name) => readFileSync(join(root, folder, name), 'utf8').match(/PCH_[A-Z_]*[A-Z]/g) ?? []),
    );
    const unknown = [...new Set(used)].filter((code) => !(code in errorKinds));
    assert.deepEqual(unknown, []);
  });
});
