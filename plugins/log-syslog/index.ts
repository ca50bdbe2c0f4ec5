import { hostname } from 'node:os';
import { definePlugin, type LogBatch, Type } from '../../hooks/index.ts';
import { parseAddress } from './address.ts';
import { facilities, formatLine, type Facility } from './format.ts';
import { containerFields, journalEntry } from './journalEntry.ts';
import { Senders } from './Senders.ts';
import { tagOf } from './tag.ts';

const tag = Type.String({
  default: '{{.ID}}',
  description: 'Application name of each message, with {{.ID}}, {{.FullID}}, {{.Name}} and {{.ImageName}}.',
});

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
  tag,
});

const journalOptions = Type.Object({
  tag,
  labels: Type.String({
    default: '',
    description:
      'Labels of the container that become fields, with commas: `io.example.team` is `IO_EXAMPLE_TEAM`.',
  }),
  'journald-namespace': Type.Optional(
    Type.String({
      pattern: '^[A-Za-z0-9_-]{1,64}$',
      description: 'Journal of that name instead of the host’s: `LogNamespace` of systemd.exec(5).',
    }),
  ),
});

function journalSocket(namespace: string | undefined): string {
  return `unix:///run/systemd/journal${namespace === undefined ? '' : `.${namespace}`}/socket`;
}

/** Log drivers `syslog` and `journald`: messages to a server on this host or another, or to the host's journal. */
export default definePlugin({
  name: 'log-syslog',
  version: '0.1.0',
  doc: 'Log drivers syslog, RFC 5424 over a Unix socket, UDP or TCP, and journald.',
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
    logDriver({
      name: 'journald',
      doc: 'Sends each line to the journal of the host.',
      options: journalOptions,
      check(container) {
        tagOf(container);
      },
      async write({ container, lines }: LogBatch<typeof journalOptions.static>, { signal }) {
        const { labels, 'journald-namespace': namespace } = container.options;
        const wanted = labels.split(',').filter((label) => label !== '');
        const own = containerFields(container, { tag: tagOf(container), wanted });
        const entries = lines.map((line) => journalEntry(line, own));
        await senders.of(journalSocket(namespace)).send(entries, signal);
      },
    });
  },
});
