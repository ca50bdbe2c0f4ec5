import { confinement } from '../../test/support/confinement.ts';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NewRequest } from '../../core/plugins/process/openCall.ts';
import { PluginCalls } from '../../core/plugins/process/PluginCalls.ts';
import { withDeadline } from '../../core/wait/deadline.ts';
import { makeDraft } from '../../test/unit/core/plugins/support/draft.ts';
import { TestLog } from '../../testing/TestLog.ts';
import { interleaved, type Series } from '../measure.ts';
import { pouch } from '../peers/pouch.ts';
import { quantile } from '../statistics.ts';
import { limitTarget, type Target } from '../target.ts';
import type { Case } from './case.ts';
import { creator } from './creator.ts';

const plugins = 20;
const callsPerRun = 100;
const timeoutMs = 5000;

/** Sets a label, as most plugins set a field or two. */
const program = `#!/usr/bin/python3
import json, os, sys

name = os.environ['NAME']
manifest = {'protocol': 1, 'name': name, 'hooks': [{'point': 'container.preCreate'}]}
patch = [{'op': 'add', 'path': f'/labels/{name}', 'value': 'yes'}]
for line in sys.stdin:
    request = json.loads(line)
    if request['type'] == 'cancel':
        continue
    fields = {'manifest': manifest} if request['type'] == 'describe' else {'patch': patch}
    print(json.dumps({'type': 'reply', 'id': request['id'], **fields}), flush=True)
`;

const call = 'a call';
const [plain, many] = ['create without plugins', `create with ${plugins} plugins`];

export const processPlugins: Case = {
  name: 'process-plugins',
  about: `plugins in Python: a call with the draft of a container, and pouch create with ${plugins} of them`,
  async measure({ dir, options: { runs } }) {
    // They run as user nobody.
    await chmod(dir, 0o711);
    const calls = await callTimes(await write(dir, 'call'), runs * callsPerRun);
    const series = [calls, ...(await createTimes(dir, runs))];
    return { series, targets: [limitTarget(series, call, 1), slowest(calls, 3), added(series, 15)] };
  },
};

async function write(dir: string, name: string): Promise<string> {
  const path = join(dir, `plugin-${name}`);
  await writeFile(path, program, { mode: 0o755 });
  return path;
}

async function callTimes(path: string, count: number): Promise<Series> {
  const settings = {
    path,
    env: { NAME: 'call' },
    user: 'nobody',
    limits: {},
    grants: {},
    timeoutMs,
    confinement,
  };
  const process = new PluginCalls(settings, new TestLog());
  const hook: NewRequest = {
    type: 'hook',
    point: 'container.preCreate',
    tap: 'call',
    deadlineMs: timeoutMs,
    options: {},
    input: makeDraft(),
  };
  const deadline = { ms: timeoutMs, late: () => new Error(`no reply within ${timeoutMs} ms`) };
  const samples: number[] = [];
  try {
    for (let i = -callsPerRun; i < count; i++) {
      const started = performance.now();
      await withDeadline(deadline, (signal) => process.call(hook, { signal, timeoutMs }));
      if (i >= 0) samples.push(performance.now() - started);
    }
  } finally {
    await process.end();
  }
  return { name: call, unit: 'ms', samples };
}

async function createTimes(dir: string, runs: number): Promise<Series[]> {
  const names = Array.from({ length: plugins }, (_, index) => `label-${index}`);
  const entries = await Promise.all(
    names.map(async (name) => `  - { path: ${await write(dir, name)}, env: { NAME: ${name} } }\n`),
  );
  const daemons = [await pouch(), await pouch({ yaml: `plugins:\n${entries.join('')}` })];
  try {
    return await interleaved([creator(plain, daemons[0]!), creator(many, daemons[1]!)], runs);
  } finally {
    for (const daemon of daemons) await daemon.end();
  }
}

function slowest({ samples, unit }: Series, limit: number): Target {
  return { subject: `${call}, 99 % of them`, value: quantile(samples, 0.99), limit, unit };
}

/** What the plugins add to a create. */
function added(series: readonly Series[], limit: number): Target {
  const of = (name: string) => quantile(series.find((one) => one.name === name)?.samples ?? [], 0.5);
  return { subject: `added by ${plugins} plugins`, value: of(many) - of(plain), limit, unit: 'ms' };
}
