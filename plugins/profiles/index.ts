/** Named presets of pouchd.yaml, in the words of `pouch run`. */
import { definePlugin } from '../../hooks/index.ts';
import { Options } from './options.ts';
import { readProfiles } from './readProfiles.ts';

export default definePlugin({
  name: 'profiles',
  doc: 'Named presets in the words of `pouch run`, for requests that name them and for the label `io.pouch.profile`.',
  options: Options,
  // Containers without a profile do not need it.
  hooks: [],
  check: (options, locate) => void readProfiles(options, locate),
  setup({ options, locate, profile }) {
    for (const one of readProfiles(options, locate)) profile(one);
  },
});
