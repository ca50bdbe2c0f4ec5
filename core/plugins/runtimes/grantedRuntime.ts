import type { RuntimeGrant } from '../../../config/types.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { RuntimeProgram } from '../../../hooks/runtimeProgram.ts';

export type RuntimeGrants = Readonly<Record<string, RuntimeGrant>>;

/**
 * Returns what the entry of a confined plugin grants one of its runtimes.
 * @throws PCH_PLUGIN_RIGHTS if that is not the program that the runtime has root start, with its configuration
 */
export function grantedRuntime(plugin: string, program: RuntimeProgram, grants: RuntimeGrants): RuntimeGrant {
  const { name, binary, shim, config } = program;
  const granted = Object.hasOwn(grants, name) ? (grants[name] ?? {}) : {};
  if (granted.binary !== binary || granted.shim !== shim)
    throw notGranted(plugin, program, `has root start ${binary ?? shimOf(shim)}`);
  if (config !== undefined) requireConfig(plugin, program, { granted, config });
  return granted;
}

/** @throws PCH_PLUGIN_RIGHTS for a configuration file of a shim that is not granted: it names what the shim starts */
export function requireConfig(
  plugin: string,
  program: RuntimeProgram,
  { granted, config }: { granted: RuntimeGrant; config: string },
): void {
  if (granted.config?.includes(config)) return;
  throw notGranted(plugin, program, `gives its shim ${config}`, [...(granted.config ?? []), config]);
}

/** @param configs those that the hint names */
function notGranted(
  plugin: string,
  { name, binary, shim, config }: RuntimeProgram,
  what: string,
  configs: readonly string[] = config === undefined ? [] : [config],
): PouchError {
  const form =
    binary ?? (configs.length > 0 ? `{ shim: ${shim}, config: [${configs.join(', ')}] }` : String(shim));
  return new PouchError(
    'PCH_PLUGIN_RIGHTS',
    `plugin ${plugin}: its runtime ${name} ${what}, which its entry does not grant`,
    {
      plugin,
      hint: `write \`grants: { runtimes: { ${name}: ${form} } }\` in its entry in pouchd.yaml if you trust that program with it`,
    },
  );
}

function shimOf(type: string | undefined): string {
  return `the shim ${type}`;
}
