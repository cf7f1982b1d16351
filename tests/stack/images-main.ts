/** Builds the images of the tests' platform into the cache, while tests run that need none; who needs one waits for it. */
import { validateStack } from "../../config";
import { buildImage, buildStore, type BuildOptions } from "../../images/build";
import { coreServers } from "../../services/core-servers";
import { definitions } from "../../services/definitions";

const checked = validateStack("testing");
if ("problems" in checked) throw new Error(checked.problems.join("\n"));
const { debianSuite: suite, debianMirror, aptCheckValidUntil: checkValidUntil } = checked.config;
const options: BuildOptions = { definitions, checkValidUntil, progress: () => undefined };
const request = (kind: string, containers: readonly string[]) => ({
    kind,
    suite,
    ...(debianMirror ? { mirror: debianMirror } : {}),
    containers: containers.map((name) => ({ name })),
});

void Promise.all([
    buildStore(request("core", coreServers), options),
    buildImage(request("sip", ["kamailio"]), options),
    buildImage(request("pbx", ["asterisk"]), options),
    buildImage(request("media", []), options),
]);
