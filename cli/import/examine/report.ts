import { checks } from './checks.ts';
import type { Examined, Finding } from './finding.ts';

/** The result of an examination: `pouch doctor import --json`. */
export interface Report {
  source: string;
  findings: Finding[];
  /** Commands to run before `run`. */
  before: string[];
  /** The words of a `pouch run` that fits. */
  run: string[];
  /** The same options for a profile of pouchd.yaml. */
  profile: Record<string, string | true | string[]>;
}

/** Options that a container has for itself: profiles do not take them. */
const ofOneContainer = new Set(['hostname']);

/** Options of which there is one. */
const single = new Set(['rich', 'hostname']);

/** Examines a root file system, of which no program runs. */
export function reportOf(source: string, examined: Examined, image: string): Report {
  const findings = checks.flatMap(({ topic, run }) => run(examined).map((one) => ({ topic, ...one })));
  const options = unique(findings.flatMap((finding) => finding.options ?? []));
  const words = options.flatMap(([name, value]) => (value === true ? [`--${name}`] : [`--${name}`, value]));
  const name = image.replace(/^.*\//, '').replace(/[:@].*$/, '');
  return {
    source,
    findings,
    before: [...new Set(findings.flatMap((finding) => finding.before ?? []))],
    run: ['pouch', 'run', '-d', '--wait', '--name', name, '--restart', 'unless-stopped', ...words, image],
    profile: profileOf([['restart', 'unless-stopped'], ...options]),
  };
}

type Option = [name: string, value: string | true];

/** The last one of an option counts if there is one; two services may use the same port. */
function unique(options: readonly Option[]): Option[] {
  const last = new Map<string, Option>();
  for (const option of options) {
    const [name, value] = option;
    last.set(single.has(name) ? name : `${name} ${keyOf(name, value)}`, option);
  }
  return [...last.values()];
}

/** A host port can be published once. */
function keyOf(name: string, value: string | true): string {
  const text = String(value);
  return name === 'publish' ? text.replace(/^(\d+):\d+/, '$1') : text;
}

function profileOf(options: readonly Option[]): Report['profile'] {
  const profile: Report['profile'] = {};
  for (const [name, value] of options) {
    if (ofOneContainer.has(name)) continue;
    if (value === true || name === 'restart') profile[name] = value;
    else profile[name] = [...((profile[name] as string[] | undefined) ?? []), value];
  }
  return profile;
}
