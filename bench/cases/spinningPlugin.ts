import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Contender, interleaved, timed } from '../measure.ts';
import { type Pouch, pouch } from '../peers/pouch.ts';
import { median, quantile } from '../statistics.ts';
import type { Case } from './case.ts';
import { creator } from './creator.ts';

/** Computes forever for containers with the label `spin`, and is not called for others. */
const program = `#!/usr/bin/python3
import json, sys

hooks = [{'point': 'container.preCreate', 'when': {'label': 'spin'}}]
manifest = {'protocol': 1, 'name': 'spins', 'hooks': hooks}
for line in sys.stdin:
    request = json.loads(line)
    if request['type'] == 'describe':
        print(json.dumps({'type': 'reply', 'id': request['id'], 'manifest': manifest}), flush=True)
    while request['type'] == 'hook':
        pass
`;

const [alone, beside] = ['create', 'create beside a plugin that spins'];
const listing = 'ps beside a plugin that spins';
/** Milliseconds of each list; what a create may take longer with one CPU less. */
const [psLimitMs, addedLimitMs] = [100, 15];

export const spinningPlugin: Case = {
  name: 'spinning-plugin',
  about: 'a plugin in a process computes forever: creates that do not call it, and pouch ps',
  async measure({ dir, options: { runs } }) {
    await chmod(dir, 0o711);
    const path = join(dir, 'spins');
    await writeFile(path, program, { mode: 0o755 });
    const daemon = await pouch({ yaml: `plugins:\n  - { path: ${path}, timeout: 60s }\n` });
    let spinning: Promise<unknown> = Promise.resolve();
    try {
      const [without] = await interleaved([creator(alone, daemon)], runs);
      spinning = timed(daemon.command('create', '--label', 'spin', 'busybox')).catch(() => undefined);
      const [withIt, lists] = await interleaved([creator(beside, daemon), lister(daemon)], runs);
      const series = [without!, withIt!, lists!];
      const added = median(withIt!.samples) - median(without!.samples);
      return {
        series,
        targets: [
          { subject: 'added by a plugin that spins', value: added, limit: addedLimitMs, unit: 'ms' },
          {
            subject: `${listing}, the longest`,
            value: quantile(lists!.samples, 1),
            limit: psLimitMs,
            unit: 'ms',
          },
        ],
      };
    } finally {
      await daemon.end();
      await spinning;
    }
  },
};

function lister({ command }: Pouch): Contender {
  return { name: listing, once: () => timed(command('ps', '-a')) };
}
