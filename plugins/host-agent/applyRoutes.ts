/** The routes of `pouch apply`, also of a file that takes the place of the declarations of the host's files. */
import { DeclarationFile } from '../../hooks/appliedFile.ts';
import {
  type Clock,
  type PluginChange,
  type PluginContext,
  type PluginReload,
  type Plugins,
  PouchError,
  type Static,
  Type,
} from '../../hooks/index.ts';
import { callerName } from './callerName.ts';
import type { Agent } from './converge/Agent.ts';
import type { Post } from './converge/posts.ts';
import type { AppliedFiles } from './history/AppliedFiles.ts';
import { longestApplyMs, streamMessages, WaitMs } from './streamMessages.ts';

export interface ApplyRoutesOptions {
  readonly post: Post;
  readonly applied: AppliedFiles;
  readonly plugins: Plugins;
  readonly clock: Clock;
  running(): Promise<Agent>;
}

const Declarations = {
  File: Type.Optional(
    Type.Object(
      {
        Name: DeclarationFile.properties.name,
        Text: DeclarationFile.properties.text,
        Host: DeclarationFile.properties.host,
      },
      { additionalProperties: false },
    ),
  ),
  HostFiles: Type.Optional(Type.Boolean()),
  Prune: Type.Optional(Type.Boolean()),
};
const PlanBody = Type.Object(Declarations, { additionalProperties: false });
const ApplyBody = Type.Object(
  {
    ...Declarations,
    RollbackOnFailure: Type.Optional(Type.Boolean()),
    WaitMs,
  },
  { additionalProperties: false },
);

export function applyRoutes(route: PluginContext['route'], options: ApplyRoutesOptions): void {
  const { post, running } = options;
  route({
    method: 'POST',
    path: '/plan',
    body: PlanBody,
    async handle({ body }) {
      const applied = chosen(body);
      const agent = await running();
      if (applied === undefined) agent.requireApplied();
      return {
        json: await agent.planner.planOfFiles({ mayRemoveMany: body.Prune ?? false, applied }),
      };
    },
  });
  route({
    method: 'POST',
    path: '/pause',
    async handle() {
      await (await running()).pausing.pause(callerName());
      return { json: {} };
    },
  });
  route({
    method: 'POST',
    path: '/resume',
    async handle() {
      await (await running()).pausing.resume();
      return { json: {} };
    },
  });
  route({
    method: 'POST',
    path: '/apply',
    body: ApplyBody,
    deadlineMs: longestApplyMs,
    async handle({ body, stream, signal }) {
      const wanted = chosen(body);
      const before = await running();
      before.pausing.requireUnpaused();
      if (wanted) await before.planner.check(wanted);
      else if (wanted === undefined) before.requireApplied();
      post.applies++;
      let isApplied = false;
      try {
        const reload = await inTurn(post, () =>
          wanted === undefined ? options.plugins.reload() : exchange(wanted ?? undefined, options),
        );
        const isUnchanged = reload.plugins.some((change) => isUnread(change));
        // It may have been lost since.
        if (!isUnchanged) (await running()).requireApplied();
        await streamMessages(stream, async (onMessage) => {
          const { generation, plugins, settings, needRestart } = reload;
          onMessage({ reload: { generation, plugins, settings, needRestart } });
          // The declarations of the last good files are in force.
          if (isUnchanged) return;
          isApplied = true;
          const cause = `apply ${wanted ? `of ${wanted.name} ` : ''}by ${callerName()}`;
          const rollsBack = body.RollbackOnFailure ?? false;
          const agent = await running();
          const { Generation, hasRolledBack } = await agent.apply({
            cause,
            isWhole: true,
            mayRemoveMany: body.Prune ?? false,
            endsPin: true,
            rollsBack,
            onMessage,
          });
          if (body.WaitMs === undefined) return;
          const { hasFailed, ...up } = await (await running()).host.untilUp({ forMs: body.WaitMs, signal });
          onMessage({ up });
          // A client that has left has not waited until the end.
          if (rollsBack && hasFailed && !hasRolledBack && !signal.aborted)
            await (await running()).rollBackApply(Generation, { cause, onMessage });
        });
      } finally {
        post.applies--;
        // The load has left an agent that has tried nothing yet.
        if (!isApplied) post.agent?.converge('the configuration was loaded');
      }
    },
  });
}

/** The file to apply; null: the files of the host; undefined: what is in force stays. @throws PCH_BAD_REQUEST */
function chosen({ File, HostFiles = false }: Static<typeof PlanBody>): DeclarationFile | null | undefined {
  if (!File) return HostFiles ? null : undefined;
  if (HostFiles) throw new PouchError('PCH_BAD_REQUEST', 'expected File or HostFiles, found both');
  return { name: File.Name, text: File.Text, ...(File.Host !== undefined && { host: File.Host }) };
}

/** Two applies must not exchange the file between a write and its load. */
async function inTurn<T>(post: Post, work: () => Promise<T>): Promise<T> {
  const turn = (post.exchange ?? Promise.resolve()).then(work);
  post.exchange = turn.then(
    () => undefined,
    () => undefined,
  );
  return await turn;
}

/**
 * Puts a file in force, or the host's files again. A file that cannot be loaded is not kept.
 * @throws PCH_CONFIG_INVALID
 */
async function exchange(
  file: DeclarationFile | undefined,
  { applied, plugins, clock }: ApplyRoutesOptions,
): Promise<PluginReload> {
  const at = clock.now().toISOString();
  const exchanged = await applied.exchange(file && { version: 1, file, by: callerName(), at });
  try {
    const reload = await plugins.reload();
    const unread = reload.plugins.filter((change) => isUnread(change) || isUnread(change, 'profiles'));
    if (unread.length === 0) {
      await exchanged.keep();
      return reload;
    }
    const reasons = unread.map(({ name, reason }) => reason ?? `the plugin ${name} cannot be loaded`);
    throw new PouchError('PCH_CONFIG_INVALID', reasons.join('\n'), {
      hint: 'what was in force before stays in force',
    });
  } catch (error) {
    await exchanged.undo();
    await plugins.reload().catch(() => undefined);
    throw error;
  }
}

/** A reload that has kept the declarations of before. */
function isUnread({ name, change }: PluginChange, plugin = 'host-agent'): boolean {
  return name === plugin && (change === 'kept' || change === 'quarantined');
}
