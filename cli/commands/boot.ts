import { projectDir } from "../../paths";
import { serviceEnvironment } from "../boot/environment";
import { disable, enable, isInstalled, requireSystemd } from "../boot/systemd";
import { unitFile, unitName, unitText } from "../boot/unit";
import { backendOf } from "../engine/backend";
import { checkOwner } from "../engine/owner";
import { Failure, type Result } from "../result";
import { checkedConfig } from "./prepare";

export interface InstallOptions {
    stack: string;
    /** Only show the unit. */
    print?: boolean;
    passphraseFile?: string;
}

/** Makes a service of this machine that brings the stack's lab up at boot. @throws Failure before anything is touched */
export async function installService({ stack, print, passphraseFile }: InstallOptions): Promise<Result> {
    if (!print) requireSystemd("install-service");
    if (!(await checkedConfig(stack, "preview")).lab) {
        throw new Failure(
            `stack ${stack} has no lab: its VMs are marked autostart, their hypervisors start them at boot; ` +
                "there is nothing to install here",
        );
    }
    const config = await checkedConfig(stack, "up");
    const backend = backendOf(stack);
    if (!backend.startsWith("file://")) {
        throw new Failure(
            `the state of stack ${stack} is in ${backend}: the service uses the embedded engine, which knows file:// only`,
        );
    }
    const environment = serviceEnvironment(stack, config, passphraseFile);
    const unit = unitText({ stack, dir: projectDir, environment });
    const facts = { stack, service: unitName(stack), file: unitFile(stack) };
    if (print) return { facts: { ...facts, unit }, text: unit };
    await checkOwner(stack, config.lab);
    await enable(stack, unit);
    const text =
        `${unitName(stack)} is installed: it brings stack ${stack} up at each boot\n` +
        `systemctl start ${unitName(stack)} does so now; from then on, a shutdown of this machine ends its VMs in order`;
    return { facts, text };
}

/** Removes that service; the platform keeps running. @throws Failure before anything is touched */
export async function uninstallService(stack: string): Promise<Result> {
    requireSystemd("uninstall-service");
    const facts = { stack, service: unitName(stack), file: unitFile(stack) };
    if (!isInstalled(stack)) {
        await checkedConfig(stack, "preview");
        return { facts: { ...facts, removed: false }, text: `${stack}: no service is installed, nothing was removed` };
    }
    await disable(stack);
    const text = `${unitName(stack)} is removed: stack ${stack} stays down after a boot until ./voip up --stack ${stack}`;
    return { facts: { ...facts, removed: true }, text };
}
