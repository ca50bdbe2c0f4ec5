/** Instructions of a Dockerfile that change the configuration of an image (`--change` of import and commit). */
import { durationSeconds } from '../../../../client/options/duration.ts';
import { type Image, PouchError } from '../../../../hooks/index.ts';
import { words } from './words.ts';

type Config = NonNullable<Image['config']['config']>;

const instructions: Record<string, (config: Config, text: string) => void> = {
  CMD: (config, text) => (config.Cmd = command(text)),
  ENTRYPOINT: (config, text) => (config.Entrypoint = command(text)),
  ENV: (config, text) => (config.Env = withVariables(config.Env ?? [], pairs(text))),
  EXPOSE: (config, text) =>
    (config.ExposedPorts = { ...config.ExposedPorts, ...keys(words(text).map(port)) }),
  HEALTHCHECK: (config, text) => (config.Healthcheck = healthcheck(text)),
  LABEL: (config, text) => (config.Labels = { ...config.Labels, ...Object.fromEntries(pairs(text)) }),
  ONBUILD: (config, text) => (config.OnBuild = [...(config.OnBuild ?? []), text]),
  STOPSIGNAL: (config, text) => (config.StopSignal = text),
  USER: (config, text) => (config.User = text),
  VOLUME: (config, text) => (config.Volumes = { ...config.Volumes, ...keys(list(text) ?? words(text)) }),
  WORKDIR: (config, text) => (config.WorkingDir = text),
};

/** Returns the configuration that the instructions make of another one. @throws PCH_BAD_REQUEST */
export function applyChanges(changes: readonly string[], before: Config = {}): Config {
  const config: Config = { ...before };
  for (const change of changes) {
    const [, name = '', text = ''] = /^\s*(\w+)\s+(.+?)\s*$/s.exec(change) ?? [];
    const apply = instructions[name.toUpperCase()];
    if (!apply)
      throw invalid(change, `expected one of ${Object.keys(instructions).join(', ')} and its value`);
    apply(config, text);
  }
  return config;
}

/** A list in JSON is the command itself; other text is a line for a shell. */
function command(text: string): string[] {
  return list(text) ?? ['/bin/sh', '-c', text];
}

function list(text: string): string[] | undefined {
  if (!text.startsWith('[')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  } catch {
    // The error below says what was expected.
  }
  throw invalid(text, 'expected a JSON list of texts');
}

const healthOptions: Record<string, string> = {
  interval: 'Interval',
  timeout: 'Timeout',
  'start-period': 'StartPeriod',
  'start-interval': 'StartInterval',
  retries: 'Retries',
};

/** `NONE`, or `[--interval=30s …] CMD COMMAND`. */
function healthcheck(text: string): object {
  if (text.toUpperCase() === 'NONE') return { Test: ['NONE'] };
  const [, options = '', line = ''] = /^((?:--\S+\s+)*)CMD\s+(.+)$/is.exec(text) ?? [];
  if (!line) throw invalid(text, 'expected NONE, or options and CMD with a command');
  const asList = list(line);
  const given = options.split(/\s+/).filter(Boolean).map(healthOption);
  return { Test: asList ? ['CMD', ...asList] : ['CMD-SHELL', line], ...Object.fromEntries(given) };
}

function healthOption(text: string): [string, number] {
  const [, name = '', value = ''] = /^--([a-z-]+)=(.+)$/.exec(text) ?? [];
  const field = healthOptions[name];
  const count = /^\d+$/.test(value) ? Number(value) : undefined;
  const number = field === 'Retries' ? count : Math.round((durationSeconds(value) ?? NaN) * 1e9);
  if (!field || !Number.isSafeInteger(number))
    throw invalid(text, 'expected an option such as --interval=30s or --retries=3');
  return [field, number!];
}

/** `A=1 B="2 3"`, or the older form `A 1`. */
function pairs(text: string): [string, string][] {
  const all = words(text);
  const [name = ''] = all;
  if (!name.includes('=')) {
    if (all.length < 2) throw invalid(text, 'expected NAME=VALUE');
    return [[name, text.slice(text.indexOf(name) + name.length).trim()]];
  }
  return all.map((word): [string, string] => {
    const equals = word.indexOf('=');
    if (equals < 1) throw invalid(word, 'expected NAME=VALUE');
    return [word.slice(0, equals), word.slice(equals + 1)];
  });
}

function withVariables(before: readonly string[], added: readonly [string, string][]): string[] {
  const names = new Set(added.map(([name]) => `${name}=`));
  const kept = before.filter((one) => !names.has(one.slice(0, one.indexOf('=') + 1)));
  return [...kept, ...added.map(([name, value]) => `${name}=${value}`)];
}

function port(text: string): string {
  if (!/^\d{1,5}(-\d{1,5})?(\/(tcp|udp|sctp))?$/.test(text)) throw invalid(text, 'expected PORT[/PROTOCOL]');
  return text.includes('/') ? text : `${text}/tcp`;
}

function keys(names: readonly string[]): Record<string, object> {
  return Object.fromEntries(names.map((name) => [name, {}]));
}

function invalid(text: string, expected: string): PouchError {
  return new PouchError('PCH_BAD_REQUEST', `changes: ${expected}, found "${text}"`, {
    hint: 'use instructions as in a Dockerfile, such as CMD ["/sbin/init"]',
  });
}
