import { definePlugin, Type } from 'pouch/hooks';

/** Gives every container the host names of the house. */
export default definePlugin({
  name: 'corp-hosts',
  doc: 'Adds host names to /etc/hosts of every container.',
  hooks: ['container.preCreate'],
  options: Type.Object({
    entries: Type.Record(
      Type.String(),
      Type.Union([Type.String({ format: 'ipv4' }), Type.String({ format: 'ipv6' })]),
      {
        description: 'Address by host name.',
      },
    ),
  }),
  setup({ hooks, options }) {
    hooks.container.preCreate.tap((draft) => {
      for (const [host, address] of Object.entries(options.entries)) draft.extraHosts[host] ??= address;
    });
  },
});
