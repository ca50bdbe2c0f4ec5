import type { PluginPromotionWire } from '../../client/index.ts';
import type { Session } from '../Session.ts';
import { switchPlugins } from './switchPlugins.ts';

/** Swaps shadows and what serves, and prints what to change in pouchd.yaml. */
export async function swapShadows(
  session: Session,
  names: readonly string[],
  swap: (name: string) => Promise<PluginPromotionWire>,
): Promise<void> {
  const advice: string[] = [];
  await switchPlugins(session, names, async (name) => {
    const swapped = await swap(name);
    advice.push(...swapped.advice);
    return swapped;
  });
  if (advice.length === 0) return;
  session.print('it serves also after a restart; to say so in pouchd.yaml:');
  for (const line of advice) session.print(`  ${line}`);
}
