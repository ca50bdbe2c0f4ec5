import type { NamedNetwork } from '../../config/types.ts';
import type { DoctorReport } from '../../hooks/engine.ts';
import { toPouchError } from '../../hooks/errors.ts';
import type { Contributing } from '../plugins/index.ts';
import { foundNetwork } from './NetworkDrivers.ts';

/** Whether each network of pouchd.yaml has a driver, and options that it accepts. Changes nothing. */
export async function checkNetworks(
  generation: Contributing,
  named: Readonly<Record<string, NamedNetwork>>,
): Promise<DoctorReport[]> {
  return await Promise.all(Object.keys(named).map((name) => report(name, generation, named)));
}

async function report(
  network: string,
  generation: Contributing,
  named: Readonly<Record<string, NamedNetwork>>,
): Promise<DoctorReport> {
  const name = `network ${network}`;
  try {
    const { driver, options } = foundNetwork(network, generation, named);
    await driver.check(network, options);
    return { plugin: driver.plugin, name, ok: true, found: `driver ${driver.name}` };
  } catch (error) {
    const { message, hint, plugin = 'network' } = toPouchError(error);
    return { plugin, name, ok: false, found: message, ...(hint !== undefined && { fix: hint }) };
  }
}
