import { catalogue, definePlugin, type Tappable } from 'pouch/hooks';

/** Taps every hook point there is and logs each call. */
export default definePlugin({
  name: 'records-hooks',
  setup({ hooks }) {
    const families = hooks as unknown as Record<string, Record<string, Tappable<unknown, unknown>>>;
    for (const [family, points] of Object.entries(catalogue))
      for (const name of Object.keys(points))
        families[family]?.[name]?.tap((_input, { log }) => log.info(`fired ${family}.${name}`));
  },
});
