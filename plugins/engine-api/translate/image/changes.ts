/** Instructions of a Dockerfile that change the configuration of an image (docker import --change). */
import { type Image, PouchError } from '../../../../hooks/index.ts';
import { words } from './words.ts';

type Config = NonNullable<Image['config']['config']>;

const instructions: Record<string, (config: Config, text: string) => void> = {
  CMD: (config, text) => (config.Cmd = command(text)),
  ENTRYPOINT: (config, text) => (config.Entrypoint = command(text)),
  ENV: (config, text) => (config.Env = withVariables(config.Env ?? [], pairs(text))),
  EXPOSE: (config, text) =>
    (config.ExposedPorts = { ...config.ExposedPorts, ...keys(words(text).map(port)) }),
  LABEL: (config, text) => (config.Labels = { ...config.Labels, ...Object.fromEntries(pairs(text)) }),
  STOPSIGNAL: (config, text) => (config.StopSignal = text),
  USER: (config, text) => (config.User = text),
  VOLUME: (config, text) => (config.Volumes = { ...config.Volumes, ...keys(list(text) ?? words(text)) }),
  WORKDIR: (config, text) => (config.WorkingDir = text),
};

/** Returns the configuration that the instructions make. @throws PCH_BAD_REQUEST */
export function applyChanges(changes: readonly string[]): Config {
  const config: Config = {};
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
