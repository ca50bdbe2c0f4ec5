import { definePlugin, PouchError, Type } from 'pouch/hooks';

/** Microseconds; the kernel's default CFS period. */
const cpuPeriod = 100_000;
/** Microseconds; the kernel's minimum for a quota. */
const leastQuota = 1_000;
const mostCpus = 4_096;
/** Bytes; a container cannot start with less. */
const leastMemory = 6 * 2 ** 20;

/**
 * Converts limits that an old orchestrator passes in environment variables to cgroup limits, and removes the variables.
 * Limits in the request (`--cpus`, `--memory`) take precedence.
 */
export default definePlugin({
  name: 'legacy-limits',
  doc: 'Converts CPU_LIMIT and MEMORY_LIMIT in the environment to cgroup limits.',
  hooks: ['container.preCreate'],
  options: Type.Object({
    cpu: Type.String({ default: 'CPU_LIMIT', description: 'Variable with the number of CPUs: `1.5`.' }),
    memory: Type.String({ default: 'MEMORY_LIMIT', description: 'Variable with the memory: `512m`, `2g`.' }),
  }),
  setup({ hooks, options, log }) {
    hooks.container.preCreate.tap((draft) => {
      const { env } = draft.process;
      const cpu = take(env, options.cpu, parseCpus);
      const memory = take(env, options.memory, parseMemory);
      if (cpu !== undefined && draft.resources.cpu?.quota === undefined)
        draft.resources.cpu = {
          ...draft.resources.cpu,
          quota: Math.round(cpu * cpuPeriod),
          period: cpuPeriod,
        };
      if (memory !== undefined && draft.resources.memory?.limit === undefined)
        draft.resources.memory = { ...draft.resources.memory, limit: memory };
      log.debug('limits in the environment', { container: draft.name, cpu, memory });
    });
  },
});

/** Removes the variable and returns its value; undefined if it is not set. */
function take(
  env: Record<string, string>,
  variable: string,
  parse: (text: string) => number | undefined,
): number | undefined {
  const text = env[variable];
  if (text === undefined) return undefined;
  const value = parse(text.trim());
  if (value === undefined) throw invalid(variable, text, parse === parseCpus ? cpuForm : memoryForm);
  delete env[variable];
  return value;
}

const cpuForm = `a number of CPUs from ${leastQuota / cpuPeriod} to ${mostCpus}, such as 1.5`;

function parseCpus(text: string): number | undefined {
  if (!/^\d{1,4}(\.\d{1,6})?$/.test(text)) return undefined;
  const cpus = Number(text);
  return cpus * cpuPeriod >= leastQuota && cpus <= mostCpus ? cpus : undefined;
}

const memoryForm = 'a size from 6m upwards, such as 512m or 2g (b, k, m, g, t; 1k is 1024 bytes)';
const units = ['', 'k', 'm', 'g', 't'];

function parseMemory(text: string): number | undefined {
  const [, amount, unit = ''] = /^(\d{1,15}(?:\.\d{1,3})?)\s*(?:([kmgt])(?:i?b)?|b)?$/i.exec(text) ?? [];
  if (amount === undefined) return undefined;
  const bytes = Math.floor(Number(amount) * 1024 ** units.indexOf(unit.toLowerCase()));
  return bytes >= leastMemory && Number.isSafeInteger(bytes) ? bytes : undefined;
}

function invalid(variable: string, found: string, expected: string): PouchError {
  return new PouchError(
    'PCH_OPTION_INVALID',
    `environment variable ${variable}: expected ${expected}, found ${JSON.stringify(found)}`,
    {
      hint: `fix or remove the environment variable ${variable} of the container`,
    },
  );
}
