import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withUserNamespace } from '../../support/edit.ts';
import { section } from '../../support/row.ts';

/** config.md, Mounts: uidMappings and gidMappings. */
export const mountMappingRows = section('config.md#linux-mount-options', [
  {
    must: 'uidMappings and gidMappings map the owners of a bind mount’s files',
    spec: (spec, { host }) => {
      writeFileSync(join(host, 'a'), '');
      chownSync(join(host, 'a'), 1000, 2000);
      const mapping = (hostID: number) => [{ containerID: 1000, hostID, size: 5000 }];
      spec.mounts.push({
        destination: '/mnt',
        type: 'bind',
        source: host,
        options: ['bind'],
        uidMappings: mapping(11_000),
        gidMappings: mapping(21_000),
      });
    },
    sh: 'stat -c "%u %g" /mnt/a',
    prints: '11000 22000',
  },
  {
    must: 'idmap maps files of the host’s root to the container’s root',
    spec: (spec, bed) => {
      withUserNamespace(spec);
      writeFileSync(join(bed.host, 'a'), '');
      const mappings = { uidMappings: spec.linux.uidMappings!, gidMappings: spec.linux.gidMappings! };
      const mount = {
        destination: '/mnt',
        type: 'bind',
        source: bed.host,
        options: ['bind', 'idmap'],
        ...mappings,
      };
      spec.mounts.push(mount);
    },
    sh: 'stat -c "%u %g" /mnt/a',
    prints: '0 0',
  },
]);
