/** The events that a plugin subscribes to: a bit for each, the lowest for event 1 (pkg/api/event.go). */
import { PouchError } from '../../hooks/index.ts';
import { Event } from './gen/nri.ts';

const known = Object.entries(Event).filter(([, event]) => event > 0);
const allEvents = known.reduce((mask, [, event]) => mask | bitOf(event), 0);

/** Events that never happen here: Pouch changes no pods after their creation. */
const neverSent = bitOf(12) | bitOf(13);

function bitOf(event: number): number {
  return 1 << (event - 1);
}

export class EventMask {
  readonly #bits: number;

  /**
   * @param bits as a plugin returns them; 0 for all events
   * @throws PCH_NRI_REFUSED for an event that Pouch does not send
   */
  constructor(bits: number) {
    const unknown = bits & ~(allEvents | neverSent);
    if (unknown !== 0) throw unknownEvents(unknown);
    this.#bits = bits === 0 ? allEvents : bits;
  }

  has(event: Event): boolean {
    return (this.#bits & bitOf(event)) !== 0;
  }

  /** As the protocol names them: `CREATE_CONTAINER`. */
  get names(): string[] {
    return known.filter(([, event]) => this.has(event)).map(([name]) => name);
  }
}

function unknownEvents(bits: number): PouchError {
  const numbers = Array.from({ length: 32 }, (_, index) => index + 1).filter((event) => bits & bitOf(event));
  const validates = numbers.includes(14);
  return new PouchError(
    'PCH_NRI_REFUSED',
    `expected a subscription to events 1 to 13, found ${numbers.join(', ')}${validates ? ' (ValidateContainerAdjustment)' : ''}`,
    {
      hint: validates
        ? 'use the plugin `policy`, or a tap of container.validate, to judge what plugins change'
        : 'use a version of the plugin for NRI v1alpha1',
    },
  );
}
