import type { AgentDrift } from '../../../client/wire.ts';
import type { EngineEvent, Events } from '../../../hooks/index.ts';
import { callerName } from '../callerName.ts';
import type { Generation } from '../history/Generations.ts';
import type { HostPlan, Step } from '../plan/step.ts';

/** Events that say nothing about a change. */
const quiet = /^(exec_|health_status|top|resize|attach|detach|archive-path|export|oom|create$|start$|die$)/;

/** The objects that were changed by hand, each with what was done to it since it was applied. */
export async function driftOf(
  { steps }: HostPlan,
  { events, generations, now }: { events: Events; generations: readonly Generation[]; now: Date },
): Promise<AgentDrift[]> {
  const drifted = steps.filter(({ isDrift }) => isDrift);
  if (drifted.length === 0) return [];
  const past = await pastEvents(events, now);
  return drifted.map((step) => ({
    Kind: step.kind,
    Name: step.name,
    Changes: step.changes.map(({ Field, From, To, Origin }) => ({
      Field,
      ...(To !== undefined && { Declared: To }),
      ...(From !== undefined && { Found: From }),
      ...(Origin !== undefined && { Origin }),
    })),
    Events: eventsOf(step, past, appliedAt(step, generations)),
  }));
}

async function pastEvents(events: Events, now: Date): Promise<EngineEvent[]> {
  const past: EngineEvent[] = [];
  const { signal } = new AbortController();
  for await (const event of events.subscribe({ since: 0, until: now.getTime() / 1000, signal }))
    past.push(event);
  return past;
}

/** Milliseconds since the epoch of the last generation with the object; 0 if none is kept. */
function appliedAt({ kind, name }: Step, generations: readonly Generation[]): number {
  const last = generations.find(({ plan }) =>
    plan.Steps.some(({ Kind, Name }) => Kind === kind && Name === name),
  );
  return last ? Date.parse(last.at) : 0;
}

function eventsOf(step: Step, past: readonly EngineEvent[], since: number): AgentDrift['Events'] {
  const id = step.kind === 'container' ? step.id : step.name;
  return past
    .filter((event) => event.type === step.kind && event.id === id && !quiet.test(event.action))
    .map(({ timeNano, ...event }) => ({ ...event, ms: Number(timeNano / 1_000_000n) }))
    .filter(({ ms }) => ms > since)
    .map(({ action, ms, by }) => ({
      At: new Date(ms).toISOString(),
      Action: action,
      By: callerName(by ?? { transport: 'pouchd' }),
    }));
}
