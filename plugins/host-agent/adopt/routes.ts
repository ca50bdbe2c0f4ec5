import type { AgentForeign } from '../../../client/wire.ts';
import { type PluginContext, Type } from '../../../hooks/index.ts';
import type { Agent } from '../converge/Agent.ts';

/** The routes of `pouch adopt` and `pouch config convert`. @param running the agent that serves, or an error */
export function adoptRoutes(route: PluginContext['route'], running: () => Promise<Agent>): void {
  const Names = Type.Object({ Names: Type.Array(Type.String()) }, { additionalProperties: false });
  route({
    method: 'POST',
    path: '/adopt',
    body: Names,
    handle: async ({ body }) => ({ json: await (await running()).declarationsOf(body.Names) }),
  });
  route({
    method: 'POST',
    path: '/take',
    body: Names,
    async handle({ body }) {
      await (await running()).take(body.Names);
      return { json: {} };
    },
  });
  route({
    method: 'POST',
    path: '/convert',
    body: Type.Object({
      Containers: Type.Array(
        Type.Object({
          Id: Type.String(),
          Name: Type.String(),
          Config: Type.Object({}),
          HostConfig: Type.Object({}),
        }),
      ),
      Images: Type.Optional(Type.Record(Type.String(), Type.Object({}))),
      Networks: Type.Optional(Type.Array(Type.Object({}))),
      Volumes: Type.Optional(Type.Array(Type.Object({}))),
    }),
    handle: async ({ body }) => ({ json: (await running()).convert(body as AgentForeign) }),
  });
}
