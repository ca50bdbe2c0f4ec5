/** What was applied, and the way back to it. */
import type { AgentGeneration, AgentGenerationDetails, AgentRollbackPlan } from '../../../client/wire.ts';
import { PouchError, type PluginContext, Type } from '../../../hooks/index.ts';
import { callerName } from '../callerName.ts';
import type { Agent } from '../converge/Agent.ts';
import { longestApplyMs, streamMessages, WaitMs } from '../streamMessages.ts';
import type { Generation, Generations } from './Generations.ts';

export interface HistoryRoutesOptions {
  readonly generations: Generations;
  agent(): Promise<Agent>;
}

export function historyRoutes(
  route: PluginContext['route'],
  { generations, agent }: HistoryRoutesOptions,
): void {
  const chosen = async (number: number | undefined) =>
    number === undefined ? (await agent()).previous() : generations.get(number);

  route({
    method: 'GET',
    path: '/history',
    handle: async () => ({ json: (await generations.list()).map(shownGeneration) }),
  });
  route({
    method: 'GET',
    path: '/history/:number',
    async handle({ params }) {
      const generation = await generations.get(numberOf(params['number'] ?? ''));
      const json: AgentGenerationDetails = { ...shownGeneration(generation), Plan: generation.plan };
      return { json };
    },
  });
  route({
    method: 'GET',
    path: '/rollback',
    async handle({ query }) {
      const text = query['generation'];
      const generation = await chosen(text === undefined ? undefined : numberOf(text));
      const Plan = await (await agent()).planner.planOfGeneration(generation);
      return { json: { Generation: generation.number, Plan } satisfies AgentRollbackPlan };
    },
  });
  route({
    method: 'POST',
    path: '/rollback',
    body: Type.Object(
      { Generation: Type.Optional(Type.Integer({ minimum: 1 })), WaitMs },
      { additionalProperties: false },
    ),
    deadlineMs: longestApplyMs,
    async handle({ body, stream, signal }) {
      const serving = await agent();
      serving.pausing.requireUnpaused();
      const generation = await chosen(body.Generation);
      await streamMessages(stream, async (onMessage) => {
        await serving.rollback({ generation, cause: callerName(), onMessage });
        if (body.WaitMs === undefined) return;
        const { host } = await agent();
        const { hasFailed: _hasFailed, ...up } = await host.untilUp({ forMs: body.WaitMs, signal });
        onMessage({ up });
      });
    },
  });
}

function numberOf(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new PouchError(
    'PCH_AGENT_GENERATION_NOT_FOUND',
    `expected the number of a generation, found "${text}"`,
    {
      hint: '`pouch history` lists those that are kept',
    },
  );
}

function shownGeneration({
  number,
  at,
  cause,
  files,
  plan,
  done,
  failed,
  left,
}: Generation): AgentGeneration {
  return {
    Number: number,
    At: at,
    Cause: cause,
    Files: files,
    Steps: plan.Steps.filter(({ Held }) => Held === undefined).map(({ Kind, Name, Action }) => ({
      Kind,
      Name,
      Action,
    })),
    Done: done,
    Failed: failed,
    Left: left,
  };
}
