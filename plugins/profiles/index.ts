/** Named presets of pouchd.yaml, in the words of `pouch run`. */
import { definePlugin } from '../../hooks/index.ts';
import { hint, readProfiles, requireSound, usableProfiles } from '../../translate/profiles/readProfiles.ts';
import { Options } from './options.ts';

export default definePlugin({
  name: 'profiles',
  doc: 'Named presets in the words of `pouch run`, for requests that name them and for the label `io.pouch.profile`.',
  options: Options,
  sections: ['profiles'],
  // Containers without a profile do not need it.
  hooks: [],
  check(options, locate, { isLenient } = { isLenient: false }) {
    if (!isLenient) requireSound(readProfiles(options, locate));
  },
  setup({ options, locate, profile, doctorCheck, log }) {
    const own = readProfiles(options, locate);
    const broken = own.filter(({ problem }) => problem !== undefined);
    for (const { name, problem } of broken) log.error('a profile cannot be used', { profile: name, problem });
    for (const one of usableProfiles(own)) profile(one);
    if (own.length === 0) return;
    doctorCheck({
      name: 'profiles',
      run: () =>
        broken.length === 0
          ? { ok: true, found: `${own.length} valid` }
          : { ok: false, found: broken.map(({ problem }) => problem).join('; '), fix: hint },
    });
  },
});
