import { definePlugin, PouchError, Type } from 'pouch/hooks';

/** Contributes what users see: a verb, routes, a doctor check and a metric. */
export default definePlugin({
  name: 'contributes',
  contributes: ['verb', 'route', 'doctorCheck', 'metric'],
  setup({ verb, route, doctorCheck, metric }) {
    const greetings = metric({ name: 'greetings_total', doc: 'Greetings.', type: 'counter', labels: ['to'] });
    verb({
      name: 'greet',
      doc: 'Greet people',
      args: Type.Object({ people: Type.Array(Type.String(), { description: 'Names' }) }),
      options: Type.Object({
        times: Type.Integer({ default: 1, description: 'How often' }),
        code: Type.Optional(Type.Integer()),
        loud: Type.Optional(Type.Boolean({ description: 'In capitals' })),
      }),
      async run({ args: { people }, options: { times, code, loud = false } }, { out, err }) {
        for (const name of people) {
          if (name === 'nobody')
            throw new PouchError('PCH_CONFLICT', 'expected a person, found nobody', {
              hint: 'name somebody',
            });
          greetings.add(times, { to: name });
          for (let i = 0; i < times; i++) await out(`${loud ? name.toUpperCase() : `hello ${name}`}\n`);
        }
        if (code !== undefined) await err(`ends with ${code}\n`);
        return code;
      },
    });
    verb({
      name: 'sleepy',
      doc: 'Never end',
      deadlineMs: 300,
      run: () => new Promise<void>(() => undefined),
    });
    route({
      method: 'PUT',
      path: '/people/:name',
      body: Type.Object({ age: Type.Integer({ minimum: 0 }) }),
      handle: ({ params, body, query }) => ({ status: 201, json: { ...params, ...body, ...query } }),
    });
    route({ method: 'GET', path: '/people', handle: () => ({ text: 'ann\nbob\n' }) });
    route({
      method: 'DELETE',
      path: '/people',
      handle() {
        throw new PouchError('PCH_CONFLICT', 'people stay');
      },
    });
    doctorCheck({ name: 'people', run: () => ({ ok: true, found: 'two' }) });
    doctorCheck({
      name: 'weather',
      deadlineMs: 100,
      run: () => new Promise<never>(() => undefined),
    });
  },
});
