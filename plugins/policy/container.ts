import { posix } from 'node:path';
import { field, matchesText, type ValidateInput } from '../../hooks/index.ts';
import { type Broken, capabilitiesBeyond, missingLimits } from './parts.ts';
import type { HostNamespace, Rule } from './rules.ts';

/** @param root of Pouch: volumes below it are not mounts of the host */
export function brokenByContainer(rule: Rule, input: ValidateInput, root: string): Broken | undefined {
  return (
    privileges(rule, input) ??
    namespaces(rule, input) ??
    image(rule, input) ??
    mounts(rule, input, root) ??
    devices(rule, input) ??
    (rule.capabilities &&
      capabilitiesBeyond(rule.capabilities, input.spec.process.capabilities?.bounding ?? [])) ??
    rootUser(rule, input) ??
    (rule.limits && missingLimits(rule.limits, input.spec.linux.resources ?? {}))
  );
}

function privileges({ privileged }: Rule, { draft }: ValidateInput): Broken | undefined {
  if (privileged !== false || !draft.process.privileged) return undefined;
  return {
    message: 'expected a container without all privileges, found a privileged one',
    hint: `run it without ${field('privileged')}; ${field('rich.enabled')} gives an init system without it`,
  };
}

function namespaces({ hostNamespaces: allowed }: Rule, { spec }: ValidateInput): Broken | undefined {
  if (!allowed) return undefined;
  const own = new Set(spec.linux.namespaces.map(({ type }) => type));
  const joined = (['network', 'pid', 'ipc'] satisfies HostNamespace[]).filter((type) => !own.has(type));
  const beyond = joined.filter((type) => !allowed.includes(type));
  if (beyond.length === 0) return undefined;
  return { message: `expected namespaces of its own, found the host’s: ${beyond.join(', ')}` };
}

function image({ images }: Rule, { draft }: ValidateInput): Broken | undefined {
  if (!images) return undefined;
  const { reference, id } = draft.image;
  const digest = reference.split('@')[1];
  const fits = (pattern: string) =>
    pattern.startsWith('sha256:') ? [id, digest].includes(pattern) : matchesText(pattern, reference);
  if (images.some(fits)) return undefined;
  return { message: `expected an image that matches ${images.join(' or ')}, found ${reference}` };
}

function mounts({ mounts: allowed }: Rule, { draft }: ValidateInput, root: string): Broken | undefined {
  if (!allowed) return undefined;
  const ofPouch = posix.join(root, 'volumes');
  const sources = Object.values(draft.mounts)
    .filter(({ type }) => type === 'bind')
    .map(({ source }) => source);
  return mountsBeyond(
    allowed,
    sources.filter((source) => !isWithin(source, ofPouch)),
  );
}

/** @param sources directories of the host */
export function mountsBeyond(allowed: readonly string[], sources: readonly string[]): Broken | undefined {
  const beyond = sources.filter((source) => !allowed.some((directory) => isWithin(source, directory)));
  if (beyond.length === 0) return undefined;
  const where = allowed.length > 0 ? `from ${allowed.join(', ')}` : 'of volumes only';
  return { message: `expected mounts ${where}, found ${beyond.join(', ')}`, hint: 'use a named volume' };
}

function isWithin(path: string, directory: string): boolean {
  const relative = posix.relative(directory, path);
  return relative !== '..' && !relative.startsWith('../');
}

function devices({ devices: allowed }: Rule, { draft }: ValidateInput): Broken | undefined {
  if (!allowed) return undefined;
  const beyond = Object.entries(draft.devices)
    .map(([path, { hostPath = path }]) => hostPath)
    .filter((path) => !allowed.includes(path));
  if (beyond.length === 0) return undefined;
  return { message: `expected no devices but ${allowed.join(', ') || 'none'}, found ${beyond.join(', ')}` };
}

function rootUser({ root }: Rule, { spec }: ValidateInput): Broken | undefined {
  if (root === undefined || spec.process.user.uid !== 0) return undefined;
  if (root === 'userns' && spec.linux.namespaces.some(({ type }) => type === 'user')) return undefined;
  return root === 'userns'
    ? {
        message: 'expected users of its own for root, found the host’s',
        hint: `use ${field('usernsMode')} auto`,
      }
    : { message: 'expected a command of another user than root, found root', hint: `set ${field('user')}` };
}
