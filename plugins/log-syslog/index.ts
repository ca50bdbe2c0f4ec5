import { hostname } from 'node:os';
import { definePlugin, type LogBatch, Type } from '../../hooks/index.ts';
import { parseAddress } from './address.ts';
import { facilities, formatLine, type Facility } from './format.ts';
import { Senders } from './Senders.ts';
import { tagOf } from './tag.ts';

const options = Type.Object({
  'syslog-address': Type.String({
    default: 'unix:///dev/log',
    description: 'unix://PATH, udp://HOST[:514] or tcp://HOST[:514].',
  }),
  'syslog-facility': Type.Unsafe<Facility>(
    Type.String({
      enum: Object.keys(facilities),
      default: 'daemon',
      description: 'RFC 5424: daemon, user, local0 and others.',
    }),
  ),
  'syslog-format': Type.Optional(
    Type.Unsafe<string>(
      Type.String({ enum: ['rfc5424', 'rfc5424micro'], description: 'No effect: RFC 5424 it is.' }),
    ),
  ),
  tag: Type.String({
    default: '{{.ID}}',
    description: 'Application name of each message, with {{.ID}}, {{.FullID}}, {{.Name}} and {{.ImageName}}.',
  }),
});

/** Log driver `syslog`: messages of RFC 5424 to a server on this host or another. */
export default definePlugin({
  name: 'log-syslog',
  version: '0.1.0',
  doc: 'Log driver syslog: RFC 5424 over a Unix socket, UDP or TCP.',
  contributes: ['logDriver'],
  setup({ logDriver, onDispose }) {
    const senders = new Senders();
    onDispose(() => senders.close());
    logDriver({
      name: 'syslog',
      doc: 'Sends each line to a syslog server.',
      options,
      check(container) {
        parseAddress(container.options['syslog-address']);
        tagOf(container);
      },
      async write({ container, lines }: LogBatch<typeof options.static>, { signal }) {
        const address = container.options['syslog-address'];
        const facility = facilities[container.options['syslog-facility']];
        const header = { facility, host: hostname(), tag: tagOf(container), id: container.id.slice(0, 12) };
        const messages = lines.map((line) => formatLine(line, header));
        await senders.of(address).send(messages, signal);
      },
    });
  },
});
