import type { NamedNetwork } from '../types.ts';
import { mapOf } from './collection.ts';
import { pluginOptions } from './pluginList.ts';
import { record } from './record.ts';
import { word } from './scalar.ts';

/** Docker's names of networks, without those that have another meaning for it. */
export const networkName = word(
  /^(?!default$)[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/,
  'the name of a network, 1 to 63 of A-Z a-z 0-9 _ . -',
);

const driverName = word(/^[a-z0-9][a-z0-9_.-]{0,62}$/, 'the name of a network driver');

const namedNetwork = record<NamedNetwork>({
  expected: 'a map with driver and options',
  fields: {
    driver: { format: driverName, doc: 'The network driver.', required: true },
    options: {
      format: pluginOptions,
      doc: 'Options of the driver, checked against its schema. Default `{}`.',
    },
  },
  defaults: { options: {} },
});

const ownName = word(
  /^(?!(default|bridge|none|host|null)$)[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/,
  'the name of a network, 1 to 63 of A-Z a-z 0-9 _ . -, and not that of one that Pouch has',
);

/** `network.networks`. */
export const mapOfNetworks = mapOf(ownName, namedNetwork);
