import * as random from "@pulumi/random";
import { FileResource } from "../files/resource";

/*
 * One resource after the other, so that the engine passes its fault points in the same order every time. From stage 1 to 2
 * `word` is replaced before the old one goes, `first` updated in place, `second` deleted ahead of its replacement.
 */
const stage = Number(process.env.STAGE);
const directory = process.env.DIRECTORY as string;

const word = new random.RandomString("word", { length: 8 + stage });
const first = new FileResource("first", { directory, fileName: "first", kind: "plain", content: word.result });
const kind = stage === 1 ? "plain" : "fancy";
const second = new FileResource("second", { directory, fileName: "second", kind, content: first.path });

export const path = second.path;
