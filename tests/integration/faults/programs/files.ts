import { local } from "@pulumi/command";
import * as random from "@pulumi/random";

/*
 * What costs least: a word, and files that commands make. One resource after the other, so that the engine passes its fault
 * points in the same order every time. From stage 1 to 2 `word` is replaced before the old one goes, `first` is updated in
 * place, `second` is deleted ahead of its replacement. DISTURBANCE is a command that runs amid the run.
 */
const stage = Number(process.env.STAGE);
const directory = process.env.DIRECTORY as string;

const word = new random.RandomUuid("word", { keepers: { stage: String(stage) } });
const first = new local.Command("first", {
    create: `eval "$DISTURBANCE"; printf %s "$WORD" > first`,
    update: `eval "$DISTURBANCE"; printf %s "$WORD" > first`,
    delete: "rm -f first",
    dir: directory,
    environment: { WORD: word.result },
});
const file = `second-${stage}`;
const second = new local.Command(
    "second",
    { create: `touch ${file}`, delete: `rm -f ${file}`, dir: directory, triggers: [stage] },
    { deleteBeforeReplace: true, dependsOn: first },
);

export const out = second.stdout;
