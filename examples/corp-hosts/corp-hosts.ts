import { definePlugin, Type } from 'pouch/hooks';

/** Adds company host names to every container. Names in the request (`--add-host`) take precedence. */
export default definePlugin({
  name: 'corp-hosts',
  doc: 'Adds host names to /etc/hosts of every container.',
  hooks: ['container.preCreate'],
  options: Type.Object({
    entries: Type.Record(Type.String(), Type.String({ format: 'ip' }), {
      description: 'Address by host name.',
    }),
  }),
  setup({ hooks, options }) {
    hooks.container.preCreate.tap({ after: ['network-cni?'] }, (draft) => {
      for (const [host, address] of Object.entries(options.entries)) draft.extraHosts[host] ??= address;
    });
  },
});
