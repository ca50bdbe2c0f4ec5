import assert from 'node:assert/strict';
import { definePlugin, type Plugin, type PluginContext, Type } from '../../../../hooks/index.ts';
import { entry, load, plugin } from './support/load.ts';

async function stateOf(one: Plugin, ...others: Plugin[]): Promise<string> {
  const entries = [...others, one].map(({ name }) => entry({ name }));
  const reserved = { verb: ['run'] };
  const { generation } = await load([...others, one], { entries, reserved });
  const { state, error } = generation.plugins.at(-1)!;
  return error ?? state;
}

const verb = { name: 'greet', doc: 'Greet', run: () => undefined };
const route = { method: 'GET', path: '/people/:name', handle: () => undefined } as const;
const check = { name: 'a', run: () => ({ ok: true, found: '' }) };
const metric = { name: 'calls_total', doc: 'Calls.', type: 'counter' } as const;

describe('a contribution is checked by the row of its point', () => {
  const cases: [string, (context: PluginContext) => void, RegExp][] = [
    ['a verb', (c) => c.verb(verb), /^active$/],
    ['a route', (c) => c.route(route), /^active$/],
    ['a doctor check', (c) => c.doctorCheck(check), /^active$/],
    [
      'a doctor check with a name of two lines',
      (c) => c.doctorCheck({ ...check, name: 'a\nb' }),
      /invalid doctor check: `name` must have 1 to 100 characters, on one line/,
    ],
    [
      'a doctor check with a long deadline',
      (c) => c.doctorCheck({ ...check, deadlineMs: 60_001 }),
      /invalid doctor check: `deadlineMs` must be an integer from 1 to 60000, found 60001/,
    ],
    [
      'one doctor check twice',
      (c) => (c.doctorCheck(check), c.doctorCheck(check)),
      /the doctor check one: a is contributed by plugin one and by plugin one/,
    ],
    [
      'a verb without a function',
      (c) => c.verb({ ...verb, run: 1 as never }),
      /invalid verb: `run` must be a function/,
    ],
    [
      'a verb with a bad name',
      (c) => c.verb({ ...verb, name: 'Greet me' }),
      /invalid verb: invalid name "Greet me"/,
    ],
    ['a verb of two lines', (c) => c.verb({ ...verb, doc: 'a\nb' }), /invalid verb: `doc` must be one line/],
    [
      'a verb with a bad deadline',
      (c) => c.verb({ ...verb, deadlineMs: 0 }),
      /invalid verb: `deadlineMs` must be a positive integer/,
    ],
    [
      'a verb that is a command of pouch',
      (c) => c.verb({ ...verb, name: 'run' }),
      /the verb run is contributed by the core and by plugin one/,
    ],
    [
      'a verb with args that are no object',
      (c) => c.verb({ ...verb, args: Type.String() as never }),
      /`args` must be an object schema/,
    ],
    [
      'an option that no command line has',
      (c) => c.verb({ ...verb, options: Type.Object({ a: Type.Object({}) }) }),
      /`options.a` must be a string, a number, a boolean or an array/,
    ],
    [
      'an array before the last argument',
      (c) => c.verb({ ...verb, args: Type.Object({ a: Type.Array(Type.String()), b: Type.String() }) }),
      /`args.a` is an array and must be the last/,
    ],
    [
      'a needed argument after an optional one',
      (c) => c.verb({ ...verb, args: Type.Object({ a: Type.Optional(Type.String()), b: Type.String() }) }),
      /`args.b` follows an optional argument/,
    ],
    [
      'a route with another method',
      (c) => c.route({ ...route, method: 'PATCH' as never }),
      /`method` must be one of GET, POST, PUT, DELETE/,
    ],
    [
      'a route with a bad path',
      (c) => c.route({ ...route, path: 'people' }),
      /`path` must be like \/users\/:name.*"people"/,
    ],
    [
      'a route with a bad deadline',
      (c) => c.route({ ...route, deadlineMs: 1.5 }),
      /invalid route: `deadlineMs` must be a positive integer/,
    ],
    ['a parameter twice', (c) => c.route({ ...route, path: '/:a/:a' }), /has two parameters of one name/],
    [
      'one route twice',
      (c) => (c.route(route), c.route({ ...route, path: '/people/:id' })),
      /the route GET \/plugins\/one\/people\/: is contributed by plugin one and by plugin one/,
    ],
    [
      'a metric with a bad name',
      (c) => c.metric({ ...metric, name: 'a-b' }),
      /invalid metric: invalid name "a-b"/,
    ],
    [
      'too many pages',
      (c) => {
        for (let n = 0; n <= 50; n += 1)
          c.page({ name: `p${n}`, title: 'P', doc: '', render: () => ({ blocks: [] }) });
      },
      /contributes a console page, and has 50 already, the most of one plugin/,
    ],
    [
      'a metric with a record of labels',
      (c) => c.metric({ ...metric, labels: { to: 'x' } as never }),
      /invalid metric: `labels` must be a list of at most 8 names/,
    ],
    [
      'a metric with a number as a label',
      (c) => c.metric({ ...metric, labels: [7 as never] }),
      /invalid metric: invalid name 7: use/,
    ],
    [
      'a metric with one label twice',
      (c) => c.metric({ ...metric, labels: ['to', 'to'] }),
      /invalid metric: `labels` has one name twice/,
    ],
    [
      'a metric with a description of two lines',
      (c) => c.metric({ ...metric, doc: 'a\nb' }),
      /invalid metric: `doc` must have 1 to 300 characters, on one line/,
    ],
    [
      'too many metrics',
      (c) => {
        for (let i = 0; i < 51; i++) c.metric({ ...metric, name: `m${i}` });
      },
      /contributes a metric, and has 50 already/,
    ],
    [
      'a metric of no type',
      (c) => c.metric({ ...metric, type: 'sum' as never }),
      /`type` must be counter or gauge/,
    ],
  ];
  for (const [name, setup, expected] of cases)
    it(name, async () => assert.match(await stateOf(plugin('one', setup)), expected));

  it('a verb that another plugin has', async () => {
    const two = plugin('two', (c) => c.verb(verb));
    assert.match(
      await stateOf(
        plugin('one', (c) => c.verb(verb)),
        two,
      ),
      /the verb greet is contributed by plugin two and by plugin one/,
    );
  });

  it('one that `contributes` does not list', async () => {
    const declared = definePlugin({ name: 'one', contributes: ['metric'], setup: (c) => c.verb(verb) });
    assert.match(
      await stateOf(declared),
      /plugin one contributes a verb, and its `contributes` does not list verb \(add 'verb' to `contributes`\)/,
    );
    const listed = definePlugin({ name: 'one', contributes: ['verb'], setup: (c) => c.verb(verb) });
    assert.equal(await stateOf(listed), 'active');
  });

  it('`contributes` with an unknown point', async () => {
    const unknown = { ...plugin('one', () => {}), contributes: ['verbs' as never] };
    assert.match(
      await stateOf(unknown),
      /`contributes` must be a list of contribution points: effect, runtime, /,
    );
  });
});
