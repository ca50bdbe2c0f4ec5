import assert from 'node:assert/strict';
import type { AgentContext } from '../../../../../plugins/host-agent/converge/agentContext.ts';
import { releasePorts } from '../../../../../plugins/host-agent/converge/releasePorts.ts';
import { readHost } from '../../../../../plugins/host-agent/declare/readHost.ts';
import type { ContainerStep } from '../../../../../plugins/host-agent/plan/step.ts';

const read = (ports: Record<string, string[]>) => {
  const containers = Object.fromEntries(
    Object.entries(ports).map(([name, publish]) => [name, { image: 'a', publish }]),
  );
  return readHost({ containers, networks: {}, volumes: {} }, () => undefined, 'key').containers;
};

/** The ports that are freed, by the name of their container, on the way from some ports to others. */
async function freed(
  before: Record<string, string[]>,
  after: Record<string, string[]>,
  { status = 'running', fails = false } = {},
): Promise<{ calls: string[]; warnings: string[] }> {
  const [found, wanted] = [read(before), read(after)];
  const [calls, warnings]: string[][] = [[], []];
  const context = {
    containers: {
      inspect: (name: string) => ({ request: found.get(name)!.request, state: { status } }),
      removePort(name: string, { hostPort }: { hostPort: number }) {
        calls!.push(`${name} ${hostPort}`);
        return fails ? Promise.reject(new Error('busy')) : Promise.resolve();
      },
    },
    log: { warn: (text: string) => warnings!.push(text) },
  } as unknown as AgentContext;
  const steps = [...wanted.values()].map((declared): ContainerStep => {
    const { name } = declared;
    const id = found.has(name) ? { id: name } : {};
    return { kind: 'container', name, action: 'change', changes: [], declared, ...id };
  });
  await releasePorts(context, steps);
  return { calls: calls!, warnings: warnings! };
}

describe('host ports that move to another container', () => {
  it('are freed first, also when two are swapped', async () => {
    const { calls } = await freed({ web: ['80:80'], db: ['81:80'] }, { web: ['81:80'], db: ['80:80'] });
    assert.deepEqual(calls, ['web 80', 'db 81']);
  });

  it('are freed for a new container, whatever port of it they were', async () => {
    assert.deepEqual((await freed({ web: ['80:80'] }, { web: [], next: ['80:8080'] })).calls, ['web 80']);
  });

  for (const [what, before, after] of [
    ['that nobody takes', { web: ['80:80'] }, { web: [] }],
    ['that stay with another port of the container', { web: ['80:80'] }, { web: ['80:8080'] }],
    ['of another protocol', { web: ['80:80'] }, { web: [], dns: ['80:80/udp'] }],
  ] as [string, Record<string, string[]>, Record<string, string[]>][])
    it(`are not freed ${what}`, async () => assert.deepEqual((await freed(before, after)).calls, []));

  it('stay with a container that does not run', async () => {
    const { calls } = await freed({ web: ['80:80'] }, { web: [], next: ['80:80'] }, { status: 'exited' });
    assert.deepEqual(calls, []);
  });

  it('are logged if they cannot be freed', async () => {
    const { warnings } = await freed({ web: ['80:80'] }, { web: [], next: ['80:80'] }, { fails: true });
    assert.deepEqual(warnings, ['port 80/tcp of web is not free: busy']);
  });
});
