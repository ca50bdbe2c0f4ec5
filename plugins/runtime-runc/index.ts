import { allFeaturesBut, definePlugin, runcLikeProvider, Type } from '../../hooks/index.ts';
import { addedProvider } from './added.ts';
import { withoutSubgroup } from './crunSubgroup.ts';
import { withSubmounts } from './crunSubmounts.ts';
import { surveyForCrun } from './survey/crun.ts';
import { surveyForRunc } from './survey/runc.ts';

const options = Type.Object({
  runc: Type.String({ default: 'runc', minLength: 1, description: 'Name or absolute path of runc.' }),
  crun: Type.String({ default: 'crun', minLength: 1, description: 'Name or absolute path of crun.' }),
});

const noVms = 'it does not create virtual machines';

/** Provides the runtimes `runc` and `crun`, and those that pouchd.yaml adds. */
export default definePlugin({
  name: 'runtime-runc',
  version: '0.1.0',
  doc: 'Provides the OCI runtimes runc and crun, and those of runtime.add, by containerd’s shims.',
  options,
  setup({ runtime, options: { runc, crun }, host, files }) {
    const { state } = host;
    runtime(
      runcLikeProvider({
        name: 'runc',
        doc: 'the reference OCI runtime',
        binary: runc,
        state,
        hybridCgroups: true,
        capabilities: allFeaturesBut({ sharedMachine: noVms }),
        survey: surveyForRunc,
      }),
    );
    runtime(
      runcLikeProvider({
        name: 'crun',
        doc: 'an OCI runtime in C: faster, and uses less memory',
        binary: crun,
        state,
        capabilities: allFeaturesBut({ sharedMachine: noVms }),
        async adaptSpec(draft) {
          withoutSubgroup(draft);
          await withSubmounts(draft, files);
        },
        survey: (found) => surveyForCrun(found, host.root),
      }),
    );
    for (const [name, added] of Object.entries(host.addedRuntimes))
      runtime(addedProvider(name, added, state));
  },
});
