import type { RichFields } from '../wire.ts';
import { invalidOption } from './OptionError.ts';
import type { CreateFlags } from './runFlags.ts';

/**
 * Returns the services of a rich container that `--rich-service` names.
 * @throws PCH_OPTION_INVALID
 */
export function richServices(flags: CreateFlags): Pick<RichFields, 'RichServices'> {
  const services: NonNullable<RichFields['RichServices']> = {};
  for (const value of flags.richService) {
    const [name, command] = split(value);
    services[name] = command === undefined ? {} : { Command: command };
  }
  const serviceOf = (option: string, value: string) => {
    const [name, text] = split(value);
    const service = services[name];
    if (service === undefined || !text)
      throw invalidOption(option, 'NAME=… of a service of --rich-service', value);
    return { service, text };
  };
  for (const value of flags.richServiceAfter) {
    const { service, text } = serviceOf('--rich-service-after', value);
    service.After = [...(service.After ?? []), ...text.split(',')];
  }
  for (const value of flags.richServiceHealth) {
    const { service, text } = serviceOf('--rich-service-health', value);
    service.Health = text;
  }
  return flags.richService.length > 0 ? { RichServices: services } : {};
}

function split(value: string): [name: string, text: string | undefined] {
  const at = value.indexOf('=');
  return at < 0 ? [value, undefined] : [value.slice(0, at), value.slice(at + 1)];
}
