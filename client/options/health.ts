import type { ContainerConfig, HealthFields } from '../wire.ts';
import { parseDuration } from './duration.ts';
import { conflictingOptions, invalidOption } from './OptionError.ts';
import { parseInteger } from './number.ts';
import type { CreateFlags } from './runFlags.ts';

const actions = ['none', 'kill', 'restart', 'stop'];

/** @throws PCH_OPTION_INVALID */
export function healthFields(flags: CreateFlags): HealthFields & Pick<ContainerConfig, 'Healthcheck'> {
  const { healthCmd, healthRetries: retries, healthOnFailure: action } = flags;
  const check = {
    ...(healthCmd && { Test: testOf(healthCmd) }),
    ...duration('Interval', '--health-interval', flags.healthInterval),
    ...duration('Timeout', '--health-timeout', flags.healthTimeout),
    ...duration('StartPeriod', '--health-start-period', flags.healthStartPeriod),
    ...duration('StartInterval', '--health-start-interval', flags.healthStartInterval),
    ...(retries !== undefined && { Retries: parseInteger('--health-retries', retries, { minimum: 0 }) }),
  };
  const isAsked = Object.keys(check).length > 0;
  if (flags.healthcheck === false) {
    if (isAsked || action !== undefined)
      throw conflictingOptions('--no-healthcheck conflicts with --health-* options');
    return { Healthcheck: { Test: ['NONE'] } };
  }
  if (action !== undefined && !actions.includes(action))
    throw invalidOption('--health-on-failure', actions.join(', '), action);
  return {
    ...(isAsked && { Healthcheck: check }),
    ...(action !== undefined && { HealthcheckOnFailureAction: action }),
  };
}

/**
 * A line for a shell as docker has it, or a JSON list of strings as podman has it, which is run without one if it has
 * more than one word. A list may begin with its kind, as in images.
 */
function testOf(text: string): string[] {
  const words = listOf(text);
  if (!words) return ['CMD-SHELL', text];
  if (['CMD', 'CMD-SHELL', 'NONE'].includes(words[0]!)) return words;
  return words.length === 1 ? ['CMD-SHELL', ...words] : ['CMD', ...words];
}

/** Undefined for a line of a shell. */
function listOf(text: string): string[] | undefined {
  if (!text.trimStart().startsWith('[')) return undefined;
  try {
    const found: unknown = JSON.parse(text);
    const isList =
      Array.isArray(found) && found.length > 0 && found.every((word) => typeof word === 'string');
    return isList ? found : undefined;
  } catch {
    // `[ -e /ok ]` is one.
    return undefined;
  }
}

function duration(name: string, flag: string, text: string | undefined): Record<string, number> {
  if (text === undefined) return {};
  if (text.startsWith('-')) throw invalidOption(flag, 'a duration that is not negative', text);
  return { [name]: parseDuration(flag, text) };
}
