import type { PlatformOutputs } from "../../contract";
import { enterLab } from "../../lab/lab";
import { runProgram } from "../../process/program";
import type { ExtensionJob, ExtensionReport } from "../extension/change";
import { platformOutputs } from "../platform/outputs";
import { table } from "../render/table";
import { Failure, type Result } from "../result";

const actions = ["add", "remove", "list"] as const;

/** Numbers that the dial plan treats as extensions. */
const extensionNumber = /^[12]\d{3}$/;

function checked(operands: string[], outputs: PlatformOutputs): Pick<ExtensionJob, "action" | "extension"> {
    const [said, extension] = operands as [string, string | undefined];
    const action = actions.find((each) => each === said);
    const refuse = (message: string): Failure => new Failure(message, { status: 2 });
    if (!action) throw refuse(`extension ${said}: allowed are ${actions.join(", ")}`);
    if (action === "list") return { action };
    if (!extension) throw refuse(`extension ${action}: which one? Add its number`);
    if (!extensionNumber.test(extension)) throw refuse(`extension ${extension}: allowed are 1000 to 2999`);
    if (extension in outputs.extensions) {
        throw refuse(`extension ${extension} is in the configuration: change voip-stack:extensions and run ./voip up`);
    }
    return { action, extension };
}

/** Adds, removes or lists extensions of the running platform. @throws Failure with the fault of the request */
export async function extension({ stack }: { stack: string }, operands: string[]): Promise<Result> {
    const outputs = await platformOutputs(stack, true);
    const request = checked(operands, outputs);
    const { core, postgres, sipDomain, sshConfig, lab } = outputs;
    const withService = (name: string): string[] =>
        Object.entries(outputs.vms).flatMap(([vm, { services }]) => (services.includes(name) ? [vm] : []));
    const job: ExtensionJob = {
        ...request,
        login: { host: core.postgresHost, port: core.postgresPort, ...postgres },
        sipDomain,
        sshConfig,
        proxies: withService("kamailio"),
        pbxs: withService("asterisk"),
    };
    const enter = lab.enabled ? (argv: string[]) => enterLab(stack, argv) : undefined;
    const { extensions, added } = await runProgram<ExtensionReport>("cli/extension/main.ts", job, enter);
    const origin = (number: string): string => (number in outputs.extensions ? "configuration" : "added");
    const rows = extensions.map((number) => [number, origin(number)]);
    return {
        facts: {
            extensions: extensions.map((number) => ({ extension: number, origin: origin(number) })),
            ...(added ? { extension: request.extension, ...added } : {}),
        },
        text: [
            table(["extension", "from"], rows),
            ...(added
                ? [
                      "",
                      `${request.extension}: password ${added.password}, voicemail PIN ${added.voicemailPin}; shown only now`,
                  ]
                : []),
        ].join("\n"),
    };
}
