import { createHash } from 'node:crypto';
import { endianness } from 'node:os';
import {
  Containers,
  type ContainerDraft,
  definePlugin,
  invalidField,
  PouchError,
  type Static,
  Type,
} from 'pouch/hooks';

const Identity = Type.Object(
  {
    mac: Type.Optional(
      Type.String({ pattern: '^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$', description: 'Of eth0, lower case.' }),
    ),
    hostid: Type.Optional(Type.String({ pattern: '^[0-9a-f]{8}$', description: 'As hostid(1) prints it.' })),
    machineId: Type.Optional(Type.String({ pattern: '^[0-9a-f]{32}$', description: 'Of machine-id(5).' })),
    hostname: Type.Optional(Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,62}$' })),
  },
  { additionalProperties: false, description: 'What a license is bound to; missing parts are derived.' },
);
type Identity = Static<typeof Identity>;

/**
 * Gives a container the MAC address, host id, machine id and host name of the identity that its label names: the same
 * for each container of that name, over upgrades. They are derived from the name, and nothing is stored.
 */
export default definePlugin({
  name: 'license-mac',
  doc: 'Keeps the MAC address and host id of licensed applications over upgrades.',
  hooks: ['container.preCreate', 'container.prestart'],
  options: Type.Object({
    label: Type.String({ default: 'license', description: 'Its value is the name of the identity.' }),
    site: Type.String({ default: 'pouch', description: 'Other sites derive other identities from a name.' }),
    identities: Type.Record(Type.String(), Identity, { default: {}, description: 'Given ones, by name.' }),
  }),
  inject: { containers: Containers },
  setup({ hooks, options: { label, site, identities }, services: { containers } }) {
    hooks.container.preCreate.tap((draft) => {
      const name = draft.labels[label];
      if (name !== undefined) give(draft, identityOf(checked(name, label), site, identities[name]));
    });
    hooks.container.prestart.tap(({ container: { id, draft } }) => {
      const name = draft.labels[label];
      if (name === undefined) return;
      const other = containers.list().find((one) => one.id !== id && one.draft.labels[label] === name);
      if (other) throw inUse(name, other.draft.name);
    });
  },
});

function checked(name: string, label: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) return name;
  const problem = `label ${label}: expected lower-case letters, digits and "-", found ${JSON.stringify(name)}`;
  throw invalidField('labels', problem, 'name the licensed application, such as erp');
}

/** Each part has a hash of its own, so that one does not reveal another. */
function identityOf(name: string, site: string, given: Identity = {}): Required<Identity> {
  const derived = (part: string) => createHash('sha256').update(`${part}\0${site}\0${name}`).digest('hex');
  return {
    // Locally administered, unicast (IEEE 802, section 8).
    mac: ['02', ...derived('mac').slice(0, 10).match(/../g)!].join(':'),
    hostid: derived('hostid').slice(0, 8),
    machineId: derived('machine-id').slice(0, 32),
    hostname: name,
    ...given,
  };
}

function give(draft: ContainerDraft, { mac, hostid, machineId, hostname }: Required<Identity>): void {
  const { network, files, process } = draft;
  if (network.mode !== 'bridge')
    throw invalidField(
      'network.mode',
      `expected bridge for a container with a licensed MAC address, found ${network.mode}`,
      'use the bridge network, or leave out the label',
    );
  // What the request names takes precedence.
  network.request.mac ??= mac;
  files['/etc/hostid'] = { content: hostidFile(hostid), encoding: 'base64', mode: 0o444, readonly: true };
  files['/etc/machine-id'] = { content: `${machineId}\n`, mode: 0o444, readonly: true };
  if (draft.hostname === draft.id.slice(0, 12)) {
    draft.hostname = hostname;
    process.env['HOSTNAME'] = hostname;
  }
}

/** gethostid(3) reads an integer in the order of the processor. */
function hostidFile(hostid: string): string {
  const bytes = Buffer.from(hostid, 'hex');
  return (endianness() === 'LE' ? bytes.reverse() : bytes).toString('base64');
}

function inUse(name: string, other: string): PouchError {
  const message = `license ${name}: expected one running container, found ${other}, which has it`;
  return new PouchError('PCH_CONFLICT', message, { hint: `stop ${other} first` });
}
