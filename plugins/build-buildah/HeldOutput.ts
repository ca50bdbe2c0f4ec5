import { type BuildOutput, isStep } from './BuildOutput.ts';

type Stream = 'stdout' | 'stderr';

/** Passes an attempt on that may have to be repeated: each step once the next one begins. */
export class HeldOutput {
  readonly #output: Pick<BuildOutput, 'add'>;
  #held: [line: string, stream: Stream][] = [];

  constructor(output: Pick<BuildOutput, 'add'>) {
    this.#output = output;
  }

  async add(line: string, stream: Stream): Promise<void> {
    if (stream === 'stdout' && isStep(line)) await this.flush();
    this.#held.push([line, stream]);
  }

  async flush(): Promise<void> {
    for (const [line, stream] of this.#held.splice(0)) await this.#output.add(line, stream);
  }

  /** Of the next attempt it passes on what follows: from the step on that is held. */
  rest(): Pick<BuildOutput, 'add'> {
    const first = this.#held.find(([line, stream]) => stream === 'stdout' && isStep(line))?.[0];
    let isPassed = first === undefined;
    return {
      add: async (line, stream) => {
        isPassed ||= stream === 'stdout' && line === first;
        if (isPassed || stream === 'stderr') await this.#output.add(line, stream);
      },
    };
  }
}
