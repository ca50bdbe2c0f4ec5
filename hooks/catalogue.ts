/** All hook points, by family: the frozen catalogue. */
import type { HookPoint, Tappable } from './defineHook.ts';
import { container } from './points/container.ts';
import { daemon } from './points/daemon.ts';
import { image } from './points/image.ts';
import { network } from './points/network.ts';
import { volume } from './points/volume.ts';

/** Every hook point, as `catalogue.container.preCreate`. */
export const catalogue = Object.freeze({ container, daemon, image, network, volume });

/** Type of the catalogue. */
export type Catalogue = typeof catalogue;

/** The catalogue as a plugin sees it: every point can be tapped. */
export type Hooks = {
  [Family in keyof Catalogue]: {
    [Name in keyof Catalogue[Family]]: Catalogue[Family][Name] extends HookPoint<infer Input, infer Result>
      ? Tappable<Input, Result>
      : never;
  };
};
