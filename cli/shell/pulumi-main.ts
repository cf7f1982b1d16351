import { shellWord } from "../../clients/ssh";
import { projectDir } from "../../paths";
import { ownConfig } from "../engine/workplace";
import { moreOptions, readInvocation } from "./pulumi";

// Prints, as shell words, the options that `pulumi` in `./voip shell` adds to its command line.
const options = moreOptions(readInvocation(process.argv.slice(2), process.cwd()), {
    dir: projectDir,
    stack: process.env.PULUMI_STACK ?? "",
    copyOf: (stack) => ownConfig(stack).file,
});
process.stdout.write(options.map(shellWord).join(" "));
