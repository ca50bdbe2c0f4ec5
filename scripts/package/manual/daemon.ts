/** pouchd(8) from its usage text, and pouchd.yaml(5) from the schema of the configuration. */
import { listenerFields } from '../../../config/formats/listen.ts';
import { pluginFields } from '../../../config/formats/pluginList.ts';
import type { RecordField } from '../../../config/formats/record.ts';
import { addedRuntimeFields, ruleFields } from '../../../config/formats/runtime.ts';
import { type AnySetting, chapters, envName } from '../../../config/schema/index.ts';
import type { SettingPath } from '../../../config/schema/setting.ts';
import { bold, escape, inline, item, type Page, paragraphs, seeAlso } from './roff.ts';

/** @param usage of `pouchd --help` */
export function daemonPage(usage: string): Page {
  const [, ...described] = usage.split('\n\n');
  const isOptions = (text: string) => text.startsWith('  -');
  const options = described.filter(isOptions).flatMap((text) => text.split('\n'));
  return {
    name: 'pouchd',
    section: 8,
    summary: 'the daemon of Pouch, which runs containers and serves the API',
    sections: [
      ['SYNOPSIS', `${bold('pouchd')} [${bold('--config')} FILE] [options]`],
      [
        'DESCRIPTION',
        paragraphs(...described.filter((text) => !isOptions(text)).map(inline), inline(outlive)),
      ],
      ['OPTIONS', options.flatMap(optionItem).join('\n')],
      ['SIGNALS', signals.map(([name, text]) => item(bold(name), inline(text))).join('\n')],
      ['ENVIRONMENT', environment.map(([name, text]) => item(bold(name), inline(text))).join('\n')],
      ['FILES', files.map(([name, text]) => item(bold(name), inline(text))).join('\n')],
      ['SEE ALSO', seeAlso('pouch(1)', 'pouchd.yaml(5)', 'containerd(8)', 'systemd.socket(5)')],
    ],
  };
}

const outlive =
  'Containers, containerd and the log keeper outlive it: a new pouchd adopts what runs, and finishes or undoes what was interrupted.';

const signals = [
  ['SIGTERM, SIGINT', 'Stop pouchd; containers keep running.'],
  ['SIGHUP', 'Read the configuration again; problems, and settings that need a restart, are logged.'],
] as const;

const environment = [
  ['POUCHD_*', 'Settings of the configuration, see **pouchd.yaml**(5); `POUCHD_CONFIG` is its file.'],
  ['LISTEN_FDS, LISTEN_PID', 'Sockets that systemd listens on, see **sd_listen_fds**(3).'],
  [
    'NOTIFY_SOCKET',
    'Where systemd is notified when pouchd is ready, reloads and stops, see **sd_notify**(3).',
  ],
  [
    'WATCHDOG_USEC, WATCHDOG_PID',
    'How often systemd expects a sign of life, see **sd_watchdog_enabled**(3).',
  ],
] as const;

const files = [
  ['/etc/pouch/pouchd.yaml', 'The configuration.'],
  ['/var/lib/pouch', 'Images, containers and volumes.'],
  ['/run/pouch', 'Sockets, locks and network namespaces, until the next boot.'],
] as const;

function optionItem(line: string): string[] {
  const match = /^ {2}(-.*?) {2,}(.*)$/.exec(line);
  return match ? [item(bold(match[1]!), `${inline(match[2]!)}.`)] : [];
}

export function configPage(): Page {
  const ofChapters = Object.entries(chapters).map(
    ([title, settings]) =>
      [
        title.toUpperCase(),
        (Object.entries(settings) as [SettingPath, AnySetting][]).map(settingItem).join('\n'),
      ] as const,
  );
  return {
    name: 'pouchd.yaml',
    section: 5,
    summary: 'the configuration of pouchd',
    sections: [
      ['SYNOPSIS', bold('/etc/pouch/pouchd.yaml')],
      ['DESCRIPTION', paragraphs(...introduction.map(inline))],
      ...ofChapters,
      ...records.map(([title, fields]) => [title, fieldItems(fields)] as const),
      ['SEE ALSO', seeAlso('pouchd(8)', 'pouch(1)')],
    ],
  };
}

const introduction = [
  'Without the file all settings have their defaults. A file that is not empty needs `apiVersion: pouch/v1`. It is YAML 1.2, one document, without ' +
    'tags, aliases and merge keys; unknown and duplicate keys are errors. `pouchd --check-config` checks it, and `pouchd --print-config` prints the ' +
    'effective configuration with the origin of each value.',
  'In ascending order of precedence: the default, the file, an environment variable, an option of **pouchd**(8). The variable of a setting is `POUCHD_` ' +
    'and its path in upper case: `POUCHD_NETWORK_BIN_DIR` for `network.binDir`.',
  'Durations have units: `250ms`, `5s`, `1m30s`. Sizes are bytes, or have a unit with powers of 1024: `64m`, `1.5g`.',
];

const records = [
  ['A TCP ADDRESS OF LISTEN', listenerFields],
  ['AN ENTRY OF RUNTIME.ADD', addedRuntimeFields],
  ['A RULE OF RUNTIME.RULES', ruleFields],
  ['AN ENTRY OF PLUGINS', pluginFields],
] as const satisfies [string, Readonly<Record<string, RecordField>>][];

function settingItem([path, declared]: [SettingPath, AnySetting]): string {
  const { doc, format, restart } = declared;
  const env = envName(path);
  const facts = [
    `Format: ${escape(format.expected)}.`,
    `Default: ${fallback(declared)}.`,
    ...(env ? [`Variable: ${bold(env)}.`] : []),
    `A change needs a ${restart ? 'restart' : 'reload'}.`,
  ];
  return item(bold(path), `${inline(doc)}\n.br\n${facts.join('\n')}`);
}

function fallback({ default: value, derived, nullable }: AnySetting): string {
  if (derived) return inline(derived);
  if (nullable && value === null) return 'none';
  return bold(typeof value === 'string' ? value : JSON.stringify(value).replaceAll('","', '", "'));
}

function fieldItems(fields: Readonly<Record<string, RecordField>>): string {
  return Object.entries(fields)
    .map(([name, { format, doc }]) =>
      item(bold(name), `${inline(doc)}\n.br\nFormat: ${escape(format.expected)}.`),
    )
    .join('\n');
}
