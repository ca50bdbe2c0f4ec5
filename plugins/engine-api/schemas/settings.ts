import type { SettingsUpdateRequest } from '../../../client/wire.ts';
import { Type } from '../../../hooks/index.ts';
import { flag, record, typed } from './json.ts';

/** Body of `POST /daemon/update`. */
export const settingsUpdateSchema = typed<SettingsUpdateRequest>(
  record({ Settings: Type.Record(Type.String(), Type.Unknown()), Offline: flag }, ['Settings']),
);
