import { Downtimes } from '../lab/Downtimes.ts';
import { Tracked, type TrackedOptions } from './Tracked.ts';

/** A named volume and the marker that a container has written into it. */
export interface TrackedVolume {
  name: string;
  /** Undefined while no write was acknowledged. */
  marker: string | undefined;
  /** Whether it must exist, must not, or one does not know. */
  exists: 'yes' | 'no' | 'maybe';
}

/** All that a round's clients had acknowledged. */
export class Model {
  readonly containers: Tracked[] = [];
  readonly volumes: TrackedVolume[] = [];
  /** When log keepers died, as performance.now(): what one had not sent to attached clients is in the log only. */
  readonly keeperDeaths: number[] = [];
  /** When disks were full: a command that writes fails then. */
  readonly fullDisks = new Downtimes();

  container(options: TrackedOptions): Tracked {
    const tracked = new Tracked(options);
    this.containers.push(tracked);
    return tracked;
  }

  volume(name: string): TrackedVolume {
    const volume: TrackedVolume = { name, marker: undefined, exists: 'no' };
    this.volumes.push(volume);
    return volume;
  }

  /** A fault hurt one of the containers, or nobody knows which. */
  hurt(id?: string): void {
    for (const one of this.containers)
      if (id === undefined || one.id === undefined || one.id === id) one.hurt();
  }
}
