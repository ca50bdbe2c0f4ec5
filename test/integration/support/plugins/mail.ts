import { definePlugin, optional, token, Type } from 'pouch/hooks';

interface Users {
  ask(question: string, more?: unknown): Promise<unknown>;
}

/** Asks the directory what the label says, and keeps the result in another label. */
export default definePlugin({
  name: 'mail',
  options: Type.Object({ more: Type.Optional(Type.String()) }),
  inject: { users: optional(token<Users>('directory.users')) },
  setup({ hooks, options: { more }, services: { users } }) {
    hooks.container.preCreate.tap({ when: { label: 'ask' }, timeoutMs: 3000 }, async (draft) => {
      const result = users ? await users.ask(draft.labels['ask']!, more) : 'no directory';
      draft.labels['result'] = JSON.stringify(result ?? null);
    });
  },
});
