/** Rights of plugins that are confined: `grants` of their entries. */
import { lstat, readlink } from 'node:fs/promises';
import { didYouMean } from '../../../config/suggest.ts';
import type { EffectGrant, ServiceGrant } from '../../../config/types.ts';
import type { Locate } from '../../../hooks/definePlugin.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { hostEffectForm, hostEffects } from '../../../hooks/hostEffects.ts';
import { methodsOf } from '../../../hooks/serviceMethods.ts';
import { isRootUser } from '../process/launch.ts';
import { isWithin } from '../process/places.ts';
import { parseLimit } from '../../contract/size.ts';
import type { ReservedNames } from './clashes.ts';
import type { WantedPlugin } from './wantedPlugin.ts';

/** Whether a plugin has fewer rights than pouchd, so that it needs a grant for what it wants of the host. */
export function isConfined({ isolation, user }: Pick<WantedPlugin, 'isolation' | 'user'>): boolean {
  return isolation === 'process' && !isRootUser(user);
}

interface GrantSurroundings {
  readonly locate: Locate;
  readonly reserved?: ReservedNames | undefined;
  /** Paths that no plugin sees. */
  readonly hidden?: readonly string[] | undefined;
}

/** Checks the names and paths in the grants of an entry. @throws PCH_CONFIG_INVALID */
export async function checkGrants(
  { name, pointer = '', grants: { effects = {}, services = {}, paths = {} } = {} }: WantedPlugin,
  { locate, reserved = {}, hidden = [] }: GrantSurroundings,
): Promise<void> {
  const refuse = (field: string, problem: string | undefined, hint: string) => {
    if (problem === undefined) return;
    const where = locate(`${pointer}/grants/${field}`);
    const at = where === undefined ? '' : `${where}: `;
    const message = `${at}grants.${field.slice(0, field.indexOf('/'))}: ${problem}`;
    throw new PouchError('PCH_CONFIG_INVALID', message, { hint, plugin: name });
  };
  for (const [kind, grant] of Object.entries(effects))
    refuse(
      `effects/${kind}`,
      problemOf(kind, grant, new Set(reserved.effect)),
      'docs/reference/effects.md has the kinds and the arguments that rules name',
    );
  for (const [service, grant] of Object.entries(services))
    refuse(
      `services/${service}`,
      problemOfMethods(service, grant),
      'docs/reference/services.md has the services and their methods',
    );
  for (const use of ['read', 'write'] as const)
    for (const [index, path] of (paths[use] ?? []).entries())
      refuse(
        `paths/${use}/${index}`,
        (await problemOfPath(path)) ?? problemOfHidden(path, hidden),
        'docs/guides/process-plugins.md#what-confines-it has what a plugin sees without a grant',
      );
}

/** Of its parts too, none may be a link: who can change a link would decide what is granted. */
async function problemOfPath(path: string): Promise<string | undefined> {
  const parts = path.split('/').slice(1);
  for (const index of parts.keys()) {
    const part = `/${parts.slice(0, index + 1).join('/')}`;
    const found = await lstat(part).catch((error: NodeJS.ErrnoException) => error);
    if (found instanceof Error) return `expected a path that exists, found ${path} (${found.code})`;
    if (found.isSymbolicLink())
      return `expected a path without symbolic links, found ${path}: ${part} is one to ${await readlink(part)}`;
  }
  return undefined;
}

function problemOfHidden(path: string, hidden: readonly string[]): string | undefined {
  const secret = hidden.find((one) => isWithin(path, one));
  return secret === undefined
    ? undefined
    : `expected a path that is not pouchd's own, found ${path}: no plugin sees ${secret}`;
}

/** The methods of another plugin's service are not known. */
function problemOfMethods(service: string, grant: ServiceGrant): string | undefined {
  const known = methodsOf(service).map(([method]) => method);
  if (grant === true || known.length === 0) return undefined;
  const unknown = grant.find((method) => !known.includes(method));
  if (unknown === undefined) return undefined;
  const suggestion = didYouMean(unknown, known);
  return `expected methods of ${service}, found ${unknown}${suggestion === undefined ? '' : ` (${suggestion})`}`;
}

function problemOf(kind: string, grant: EffectGrant, reserved: ReadonlySet<string>): string | undefined {
  const form = hostEffectForm(kind);
  if (!form) return problemOfOther(kind, grant, reserved);
  if (grant === true) return undefined;
  const limits = Object.entries(form.limits).filter(([, match]) => match !== 'paths');
  const known = limits.map(([name]) => name);
  const unknown = grant.flatMap((rule) => Object.keys(rule)).find((name) => !known.includes(name));
  if (unknown !== undefined)
    return `expected ${known.join(', ')} in a rule of ${kind}, found ${unknown}${unknown === 'paths' ? ', which `grants.paths` has' : ''}`;
  const most = limits.flatMap(([name, match]) => (match === 'most' ? [name] : []));
  const wrong = grant
    .flatMap((rule) => most.flatMap((name) => rule[name] ?? []))
    .find((text) => parseLimit(text) === undefined);
  return wrong === undefined
    ? undefined
    : `expected a number or a size such as 256m in a rule of ${kind}, found ${wrong}`;
}

/** A kind of another plugin has no known arguments; those of the core are not for plugins. */
function problemOfOther(kind: string, grant: EffectGrant, reserved: ReadonlySet<string>): string | undefined {
  if (reserved.has(kind)) return `${kind} is Pouch's own and cannot be granted`;
  const suggestion = kind.startsWith('host.')
    ? (didYouMean(kind, Object.keys(hostEffects)) ?? '')
    : undefined;
  if (suggestion !== undefined)
    return `expected one of ${Object.keys(hostEffects).join(', ')}, found ${kind}${suggestion && `; ${suggestion}`}`;
  return grant === true ? undefined : `expected true for ${kind}, a kind of another plugin`;
}
