import { randomBytes, randomInt } from 'node:crypto';

/**
 * Returns a container's full id of 64 hex digits, whose short form has a letter: digits alone would look like a
 * number.
 */
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

/** Returns a name for a container without one, such as `brisk_otter`, with a number if names are taken. */
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
