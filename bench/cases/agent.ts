import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compose1, compose2 } from '../../test/support/compose.ts';
import { interleaved, timed } from '../measure.ts';
import { isMissing } from '../peers/peer.ts';
import { type Pouch, pouch } from '../peers/pouch.ts';
import { limitTarget, ratioTarget } from '../target.ts';
import type { Bench, Case, Findings } from './case.ts';

const many = 200;
const converge = `converge of ${many} unchanged containers`;
const plan = `plan of one change among ${many} containers`;

/** Created, and started once a year: a start of each would take minutes, and a converge compares all the same. */
const idle = { image: 'busybox', command: ['true'], network: 'none', schedule: '0 0 1 1 *' };

export const agentConverge: Case = {
  name: 'agent-converge',
  about: `the host agent with ${many} containers: a converge of an unchanged file, and the plan of one change`,
  async measure({ options: { runs } }) {
    const own = await pouch({ yaml: yamlOf({ idle: { ...idle, replicas: many - 1 }, one: idle }) });
    try {
      await timed(own.command('apply'));
      const { client } = own.daemon;
      const applied = async () => {
        for await (const message of await client.agent.apply())
          if ('outcome' in message && (message.outcome.Done > 0 || message.outcome.Failed > 0))
            throw new Error(`expected nothing to do, found ${JSON.stringify(message)}`);
      };
      await applied();
      const before = await timesBelow(own.daemon.root);
      await applied();
      const written = [...(await timesBelow(own.daemon.root))].filter(
        ([path, at]) => before.get(path) !== at,
      );
      const changed = { idle: { ...idle, replicas: many - 1 }, one: { ...idle, memory: '64m' } };
      const contenders = [
        { name: converge, once: () => clocked(applied) },
        {
          name: 'pouch apply, the whole command',
          once: () => timed(own.command('apply')),
        },
      ];
      const converges = await interleaved(contenders, runs);
      await own.daemon.configure(yamlOf(changed));
      const planned = async () => {
        const { Steps } = await client.agent.plan();
        if (Steps.length !== 1) throw new Error(`expected one step, found ${Steps.length}`);
      };
      const series = [
        ...converges,
        ...(await interleaved([{ name: plan, once: () => clocked(planned) }], runs)),
      ];
      const files = written.map(([path]) => path);
      return {
        series,
        targets: [
          limitTarget(series, converge, 200),
          limitTarget(series, plan, 100),
          { subject: 'files written by a converge', value: files.length, limit: 0, unit: 'KB' },
        ],
        notes: files.length === 0 ? [] : [`written: ${files.join(', ')}`],
      };
    } finally {
      await own.end();
    }
  },
};

async function clocked(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** When each file was changed last. */
async function timesBelow(root: string): Promise<Map<string, number>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const times = new Map<string, number>();
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const found = await stat(path).catch(() => undefined);
    if (found) times.set(path, found.mtimeMs);
  }
  return times;
}

const few = 20;
const command = ['sh', '-c', 'trap "exit 0" TERM; sleep 86400 & wait'];
const mostTimes = 0.7;

export const agentCold: Case = {
  name: 'agent-cold',
  about: `${few} containers on a network of their own: \`pouch apply\`, and \`docker compose up\``,
  prepare: compose2,
  measure: measureCold,
};

async function measureCold({ dir, peers, options: { runs } }: Bench): Promise<Findings> {
  const two = await compose2();
  const compose = two.missing === undefined ? two : await compose1();
  const docker = await peers.docker();
  const notes: string[] = [];
  if (isMissing(docker)) notes.push(`docker is not installed (${docker.missing})`);
  if (compose.missing !== undefined) notes.push(compose.missing);
  const own = await pouch();
  try {
    const contenders = [{ name: 'pouch', once: () => coldApply(own) }];
    if (!isMissing(docker) && compose.missing === undefined) {
      const directory = join(dir, 'agent-cold');
      await mkdir(directory, { recursive: true });
      const path = join(directory, 'compose.yaml');
      await writeFile(path, JSON.stringify({ services: objects(() => ({ image: 'busybox', command })) }));
      const run = (...args: string[]) => {
        const [file = '', ...first] = [...compose.command, '-p', 'cold', '-f', path, ...args];
        return timed({ file, args: first, env: { ...compose.env, DOCKER_HOST: docker.api ?? '' } });
      };
      contenders.push({
        name: 'docker',
        once: async () => {
          const up = await run('up', '-d');
          await run('down');
          return up;
        },
      });
    }
    const series = await interleaved(contenders, Math.min(runs, 10));
    return { series, targets: [ratioTarget(series, 'pouch', ['docker'], mostTimes)], notes };
  } finally {
    await own.end();
  }
}

async function coldApply({ daemon, command: run, settled }: Pouch): Promise<number> {
  const containers = objects(() => ({ image: 'busybox', command, network: 'cold' }));
  await daemon.configure(`networks: { cold: {} }\n${yamlOf(containers)}`);
  const ms = await timed(run('apply'));
  await daemon.configure('');
  await timed(run('apply', '--prune', '--yes'));
  await settled();
  return ms;
}

function objects(one: () => object): Record<string, object> {
  return Object.fromEntries(Array.from({ length: few }, (_, index) => [`cold-${index}`, one()]));
}

function yamlOf(containers: object): string {
  return `containers: ${JSON.stringify(containers)}\n`;
}
