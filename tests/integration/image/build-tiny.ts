/** Builds the image whose hook is given; run as a process of its own by a test that kills it. */
import { imageProvider } from "../../../providers/image/image";
import { tinyDefinitions } from "./tiny";

const [dir, hook] = process.argv.slice(2);
void imageProvider(tinyDefinitions(dir, hook)).create({
    kind: "tiny",
    suite: "forky",
    checkValidUntil: false,
    containers: [],
});
