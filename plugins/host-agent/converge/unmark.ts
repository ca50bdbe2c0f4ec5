import { labels } from '../labels.ts';
import type { AgentContext } from './agentContext.ts';

/** The agent has ended its change of a container. */
export async function unmark({ containers }: AgentContext, id: string): Promise<void> {
  if (!(labels.stopped in containers.inspect(id).draft.labels)) return;
  await containers.update(id, { labels: { [labels.stopped]: undefined } });
}
