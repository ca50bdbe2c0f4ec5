import { randomBytes, randomInt } from 'node:crypto';

/** A container's full id: 64 hex digits. All-digit short ids would read as numbers, so those are drawn again. */
export function newId(): string {
  const id = randomBytes(32).toString('hex');
  return /^\d+$/.test(id.slice(0, 12)) ? newId() : id;
}

const qualities =
  'amber bold brisk calm clever coral eager early fair gentle golden green happy honest jolly keen kind late lively lucky mellow merry mild neat noble plain polite proud quick quiet rapid round sharp silver smooth snug solid steady sunny swift tidy vivid warm wise witty young zesty'.split(
    ' ',
  );
const animals =
  'badger bear beaver bison camel crane deer dove eagle falcon ferret finch fox gecko goose hare hawk heron ibis jackal koala lark lemur lion llama lynx marten mole moose newt otter owl panda pigeon puffin quail quokka rabbit raven robin salmon seal shrew sparrow stork swan tapir tiger toad trout walrus weasel wombat wren yak zebra'.split(
    ' ',
  );

/** A name for a container that was given none: `brisk_otter`, with a number when those are taken. */
export function newName(isTaken: (name: string) => boolean): string {
  for (let attempt = 0; ; attempt += 1) {
    const suffix = attempt < 3 ? '' : String(randomInt(10 ** Math.min(attempt, 9)));
    const name = `${pick(qualities)}_${pick(animals)}${suffix}`;
    if (!isTaken(name)) return name;
  }
}

function pick(words: string[]): string {
  return words[randomInt(words.length)]!;
}
