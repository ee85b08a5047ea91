import { DockerfileParser } from 'dockerfile-ast';
import { read } from './support.mjs';

export const text = read('deploy/docker/Dockerfile');
const dockerfile = DockerfileParser.parse(text);

/** The instructions of each stage: lists of `{ keyword, flags, words, json, variables }`. */
export const stages = [];
for (const instruction of dockerfile.getInstructions()) {
  const keyword = instruction.getKeyword();
  if (keyword === 'FROM') stages.push([]);
  stages.at(-1)?.push({
    keyword,
    flags: Object.fromEntries(
      (instruction.getFlags?.() ?? []).map((flag) => [flag.getName(), flag.getValue()]),
    ),
    words: instruction.getArguments().map((argument) => argument.getValue()),
    json: exec(instruction.getArguments().map((argument) => argument.getValue())),
    variables: Object.fromEntries(
      keyword === 'ENV' || keyword === 'ARG'
        ? (instruction.getProperties?.() ?? [instruction.getProperty()]).map((property) => [
            property.getName(),
            property.getValue(),
          ])
        : [],
    ),
  });
}

/** The words of the exec form, as in `CMD ["node"]`. */
function exec(words) {
  const list = /\[.*\]$/.exec(words.join(' '));
  return list ? JSON.parse(list[0]) : undefined;
}

/** Of the arguments in front of the first stage. */
export const defaults = Object.assign(
  {},
  ...dockerfile
    .getInstructions()
    .filter((it) => it.getKeyword() === 'ARG')
    .map((it) => ({ [it.getProperty().getName()]: it.getProperty().getValue() })),
);

export const final = stages.at(-1);
export const last = (keyword) => final.filter((it) => it.keyword === keyword).at(-1);

/** The environment that every container of the image has. */
export const environment = Object.assign(
  {},
  ...final.filter(({ keyword }) => keyword === 'ENV').map(({ variables }) => variables),
);
