/** Routes of `pouch plugin`, and Docker's list of managed plugins. */
import { isAbsolute } from 'node:path';
import type {
  HookGraphWire,
  PluginCheckWire,
  PluginDetailsWire,
  PluginInstallationWire,
  PluginLogLineWire,
  PluginPromotionWire,
  PluginReloadWire,
  PluginSwitchWire,
  ShadowReportWire,
} from '../../../client/wire.ts';
import { PouchError } from '../../../hooks/index.ts';
import { parameter, type Call, type Route } from '../http/call.ts';
import { pump } from '../http/pump.ts';
import { sendJson } from '../http/reply.ts';
import { checkFilterNames } from '../translate/prune.ts';

export const pluginRoutes: Route[] = [
  { method: 'GET', path: '/plugins', handler: listManaged },
  { method: 'GET', path: '/pouch/plugins', handler: list },
  { method: 'GET', path: '/pouch/plugins/graph', handler: graph },
  { method: 'POST', path: '/pouch/plugins/:name/disable', handler: disable },
  { method: 'POST', path: '/pouch/plugins/:name/enable', handler: enable },
  { method: 'POST', path: '/pouch/plugins/install', handler: install },
  { method: 'POST', path: '/pouch/plugins/:name/rollback', handler: rollback },
  { method: 'DELETE', path: '/pouch/plugins/:name', handler: remove },
  { method: 'GET', path: '/pouch/plugins/shadows', handler: shadows },
  { method: 'POST', path: '/pouch/plugins/:name/promote', handler: promote },
  { method: 'POST', path: '/pouch/plugins/:name/demote', handler: demote },
  { method: 'POST', path: '/pouch/plugins/validate', handler: validatePlugin },
  { method: 'POST', path: '/pouch/plugins/reload', handler: reload },
  { method: 'GET', path: '/pouch/plugins/:name/logs', handler: logs },
];

/** Docker's managed plugins are images of dockerd, and Pouch has none; `info` has the drivers. */
function listManaged(call: Call): void {
  checkFilterNames(call.query.filters(), ['capability', 'enable', 'enabled']);
  sendJson(call, []);
}

function list(call: Call): void {
  const all: PluginDetailsWire[] = call.engine.plugins.list();
  sendJson(call, all);
}

function graph(call: Call): void {
  const hooks: HookGraphWire[] = call.engine.plugins.graph(call.query.text('hook'));
  sendJson(call, hooks);
}

async function disable(call: Call): Promise<void> {
  const options = { force: call.query.flag('force') };
  const changed: PluginSwitchWire = await call.engine.plugins.disable(parameter(call, 'name'), options);
  sendJson(call, changed);
}

async function enable(call: Call): Promise<void> {
  const changed: PluginSwitchWire = await call.engine.plugins.enable(parameter(call, 'name'));
  sendJson(call, changed);
}

async function install(call: Call): Promise<void> {
  const { query, body, engine } = call;
  const artifact = query.text('artifact');
  const origin = { source: query.text('source') ?? '', name: query.text('name') };
  const installed: PluginInstallationWire =
    artifact === undefined
      ? await engine.plugins.install(body, origin)
      : await engine.plugins.installArtifact(artifact);
  sendJson(call, installed, 201);
}

async function rollback(call: Call): Promise<void> {
  const installed: PluginInstallationWire = await call.engine.plugins.rollback(parameter(call, 'name'));
  sendJson(call, installed);
}

async function remove(call: Call): Promise<void> {
  const changed: PluginSwitchWire = await call.engine.plugins.remove(parameter(call, 'name'));
  sendJson(call, changed);
}

function shadows(call: Call): void {
  const all: ShadowReportWire[] = call.engine.plugins.shadows();
  sendJson(call, all);
}

async function promote(call: Call): Promise<void> {
  const promoted: PluginPromotionWire = await call.engine.plugins.promote(parameter(call, 'name'));
  sendJson(call, promoted);
}

async function demote(call: Call): Promise<void> {
  const demoted: PluginPromotionWire = await call.engine.plugins.demote(parameter(call, 'name'));
  sendJson(call, demoted);
}

async function validatePlugin(call: Call): Promise<void> {
  const path = call.query.text('path') ?? '';
  if (!isAbsolute(path))
    throw new PouchError(
      'PCH_BAD_REQUEST',
      `query parameter path: expected an absolute path, found "${path}"`,
    );
  const found: PluginCheckWire = await call.engine.plugins.validate(path);
  sendJson(call, found);
}

async function reload(call: Call): Promise<void> {
  const report: PluginReloadWire = await call.engine.plugins.reload();
  sendJson(call, report);
}

/** Sends the headers at once: a client that follows a silent plugin waits for them. */
async function logs(call: Call): Promise<void> {
  const { query, response, signal } = call;
  const tail = query.integer('tail');
  const lines: AsyncIterable<PluginLogLineWire> = call.engine.plugins.logs(
    parameter(call, 'name'),
    { tail: tail === undefined ? undefined : Math.max(0, tail), follow: query.flag('follow') },
    signal,
  );
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.flushHeaders();
  await pump(lines, response, (line) => `${JSON.stringify(line)}\n`, signal);
  response.end();
}
