/** Calls of the functions of drivers and image sources. */
import type { Static } from '@sinclair/typebox';
import { Type } from '@sinclair/typebox';
import type { DriverAttachment } from '../contributions/networkDriver.ts';
import { closed, flag, map, may, says, text, word } from '../schema.ts';
import { id } from './common.ts';

export const volumeActions = ['check', 'effects', 'create', 'remove', 'status'] as const;
export type VolumeAction = (typeof volumeActions)[number];

export const VolumeDriverRequest = closed(
  {
    type: Type.Literal('volume'),
    id,
    driver: says('Name of the volume driver.'),
    action: word(...volumeActions),
    deadlineMs: Type.Integer({ description: 'Milliseconds for the reply.' }),
    volume: closed({
      name: text,
      options: map(Type.Union([text, Type.Number(), flag])),
      mountpoint: says('Directory of the host where containers find the data.'),
    }),
  },
  {
    title: 'volume',
    description:
      'Calls a function of a volume driver. The `result` of the reply is: effects, a map from names to `{"kind", "args", "needs"?}`; status, ' +
      'a map of texts, numbers and booleans; nothing for the others. `create` and `remove` may be repeated, and `remove` succeeds for what ' +
      'was never created, created in part, or removed already.',
  },
);

export const logActions = ['check', 'write'] as const;
export type LogAction = (typeof logActions)[number];

export const LogDriverRequest = closed(
  {
    type: Type.Literal('logs'),
    id,
    driver: says('Name of the log driver.'),
    action: word(...logActions),
    deadlineMs: Type.Integer({ description: 'Milliseconds for the reply.' }),
    container: closed({
      id: says('64 hexadecimal digits.'),
      name: text,
      image: says('Reference of its image.'),
      labels: map(text),
      options: map(Type.Union([text, Type.Number(), flag])),
    }),
    lines: may(
      Type.Array(
        closed({
          time: says('RFC 3339 in UTC with nanoseconds.'),
          stream: word('stdout', 'stderr'),
          text: says('Without its newline.'),
          partial: may(
            Type.Boolean({
              description: 'A part of a long line that continues in the next one of its stream.',
            }),
          ),
        }),
        { description: 'write: at least one.' },
      ),
    ),
  },
  {
    title: 'logs',
    description:
      'Calls a function of a log driver. A reply without an `error` to a `write` acknowledges its lines: they are not written again. Those of ' +
      'a `write` that fails, misses its deadline or is cut off are. There is one `write` of a container at a time.',
  },
);

export const ImageSourceRequest = closed(
  {
    type: Type.Literal('image'),
    id,
    source: says('Name of the image source.'),
    action: word('manifest', 'blob'),
    deadlineMs: Type.Integer({ description: 'Milliseconds for the reply.' }),
    reference: says('Full reference of the image that is pulled.'),
    repository: says('`docker.io/library/debian`.'),
    tag: may(says('manifest: what is wanted, unless `digest` is.')),
    digest: may(says('manifest, blob: `sha256:…`.')),
    size: may(Type.Integer({ description: 'blob: bytes of the whole blob.' })),
    mediaType: may(says('blob: of the manifest that lists it.')),
    offset: may(Type.Integer({ description: 'blob: first byte that is wanted.' })),
  },
  {
    title: 'image',
    description:
      'Calls a function of an image source. The `result` of the reply is: manifest, `{"bytes": {"$bytes": BASE64}, "mediaType"?}`; blob, a stream, ' +
      '`{"$stream": NUMBER}`, whose `next` and `return` are then called with `invoke`; nothing or null if the source does not have it.',
  },
);

export const networkActions = ['check', 'attach'] as const;
export type NetworkAction = (typeof networkActions)[number];

export const NetworkDriverRequest = closed(
  {
    type: Type.Literal('network'),
    id,
    driver: says('Name of the network driver.'),
    action: word(...networkActions),
    deadlineMs: Type.Integer({ description: 'Milliseconds for the reply.' }),
    network: may(
      closed(
        { name: text, options: map(Type.Unknown()) },
        { description: 'check: the network, with its options.' },
      ),
    ),
    attachment: may(
      Type.Unsafe<DriverAttachment>(
        Type.Object(
          {},
          {
            description:
              'attach: `DriverAttachment` of [networkDriver.ts](../../hooks/contributions/networkDriver.ts).',
          },
        ),
      ),
    ),
  },
  {
    title: 'network',
    description:
      'Calls a function of a network driver. The `result` of the reply is: attach, a map from names to `{"kind", "args", "needs"?, "stage"?}`, of which ' +
      '`attach` makes the interface; nothing for check.',
  },
);

export type VolumeDriverRequest = Static<typeof VolumeDriverRequest>;
export type LogDriverRequest = Static<typeof LogDriverRequest>;
export type ImageSourceRequest = Static<typeof ImageSourceRequest>;
export type NetworkDriverRequest = Static<typeof NetworkDriverRequest>;
