import type { Case } from './case.ts';
import { agentCold, agentConverge } from './agent.ts';
import { buildCached } from './build.ts';
import { composeDown, composeUp } from './compose.ts';
import { cpIn, cpOut } from './cp.ts';
import { exec } from './exec.ts';
import { processPlugins } from './processPlugins.ts';
import { networkAttach, networkConnect } from './networkAttach.ts';
import { logs } from './logs.ts';
import { node } from './node.ts';
import { imageSource } from './imageSource.ts';
import { pluginReload } from './pluginReload.ts';
import { ps } from './ps.ts';
import { psRich } from './psRich.ts';
import { pull, push } from './transfer.ts';
import { dumbInit, rich, richStop } from './rich.ts';
import { runBridge, runNone } from './run.ts';
import { snapshot } from './snapshot.ts';
import { spinningPlugin } from './spinningPlugin.ts';
import { shell } from './shell.ts';
import { stats } from './stats.ts';
import { runtimeRun } from './runtimeRun.ts';
import { runtimeStart } from './runtimeStart.ts';
import { stop } from './stop.ts';
import { taps } from './taps.ts';
import { version } from './version.ts';

/** All cases, in the order of execution. */
export const cases: readonly Case[] = [
  version,
  runBridge,
  runNone,
  runtimeRun,
  runtimeStart,
  exec,
  shell,
  stop,
  networkAttach,
  networkConnect,
  composeUp,
  composeDown,
  agentConverge,
  agentCold,
  pull,
  push,
  buildCached,
  imageSource,
  rich,
  richStop,
  dumbInit,
  stats,
  node,
  ps,
  psRich,
  snapshot,
  cpIn,
  cpOut,
  logs,
  taps,
  processPlugins,
  spinningPlugin,
  pluginReload,
];
